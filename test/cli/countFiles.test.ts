import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import yargs, { type CommandModule } from 'yargs'
import { diffCommand } from '../../src/cli/diff.ts'
import { mergeCommand } from '../../src/cli/merge.ts'
import { statsCommand } from '../../src/cli/stats.ts'
import { showPiece } from '../../src/cli/table.ts'
import { topCommand } from '../../src/cli/top.ts'
import { countsOf } from '../write/pieces.ts'

const COMMANDS = [mergeCommand, topCommand, diffCommand, statsCommand] as unknown as CommandModule[]

let folder: string
let a: string
let b: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pretok-cli-'))
  a = join(folder, 'a.json')
  b = join(folder, 'b.tsv')
  await countsOf([
    [' the', 1200],
    ['\n', 300],
    ['é', 7],
    ['\udcff', 1],
  ]).save(a)
  await countsOf([
    [' the', 1200],
    ['\n', 100],
    ['x', 1],
  ]).save(b)
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
})

/** Runs a command line in this process; what it writes to standard output. */
const run = async (...words: string[]): Promise<string> => {
  let out = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true))
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  vi.spyOn(process, 'argv', 'get').mockReturnValue(['node', 'pretok', ...words])
  await yargs(words)
    .command(COMMANDS)
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new Error(message)
    })
    .parseAsync()
  return out
}

describe('top', () => {
  test('as a table', async () => {
    expect((await run('top', a, '-k', '3')).split('\n')).toEqual([
      'rank  count   share  cumulative  piece',
      '   1  1,200  79.58%      79.58%  " the"',
      '   2    300  19.89%      99.47%  "\\n"',
      '   3      7   0.46%      99.93%  "é"',
      '',
    ])
  })

  test('as JSON', async () => {
    expect(JSON.parse(await run('top', a, '--json')).at(-1)).toEqual({ piece: '\udcff', count: 1 })
  })

  test('refuses a limit that cannot be', async () => {
    const message = '--limit: -1 is no whole number from 0 up'
    await expect(run('top', a, '-k', '-1')).rejects.toMatchObject({ code: 'usage', message })
  })
})

describe('merge', () => {
  test('adds up files of different formats into several', async () => {
    const outputs = [join(folder, 'out.csv'), join(folder, 'out.jsonl')]
    await run('merge', a, b, '-o', outputs[0], '-o', outputs[1])
    expect(readFileSync(outputs[0], 'latin1')).toBe('piece,count\n" the",2400\n"\n",400\n"\xc3\xa9",7\n"x",1\n"\xff",1\n')
    expect(readFileSync(outputs[1], 'utf8').split('\n')).toHaveLength(6)
  })

  test('tells what it has written, but for -q', async () => {
    const out = join(folder, 'quiet.json')
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    await run('merge', a, '-o', out, '-q')
    expect(said).not.toHaveBeenCalled()
    await run('merge', a, '-o', out)
    expect(said).toHaveBeenCalledWith(`wrote ${out}: 4 distinct pre-tokens, 1,508 in all\n`)
    said.mockRestore()
  })

  test('an ending that promises what is not done is refused, whatever the format', async () => {
    for (const [ending, problem] of [
      ['tsv.zst', 'counts compressed as .zst are not supported'],
      ['tsv.xz', 'counts compressed as .xz are not supported'],
    ])
      for (const named of [[], ['--output-format', 'tsv']])
        await expect(run('merge', a, '-o', join(folder, `x.${ending}`), ...named)).rejects.toThrow(problem)
    await run('merge', a, '-o', join(folder, 'x.counts'), '--output-format', 'tsv')
  })

  test('needs an output, and no file gets lost', async () => {
    const out = join(folder, 'x.json')
    await expect(run('merge', a, b)).rejects.toThrow('merge: no output was given; -o FILE writes one, -o - writes to stdout')
    await expect(run('merge', a, 'b.zip', '-o', out)).rejects.toMatchObject({ code: 'usage' })
  })
})

describe('diff', () => {
  test('exits with 0 for the same counts', async () => {
    expect(await run('diff', a, a)).toContain('same count          4\n')
    expect(process.exitCode).toBeUndefined()
  })

  test('exits with 1 and shows the largest differences', async () => {
    const out = await run('diff', a, b, '-k', '2')
    expect(process.exitCode).toBe(1)
    const rows = ['in A  in B  B − A  piece', ' 300   100   −200  "\\n"', '   7     0     −7  "é"', '… and 2 more (-k)', '']
    expect(out.split('\n\n')[1].split('\n')).toEqual(rows)
  })

  test('as JSON', async () => {
    expect(JSON.parse(await run('diff', a, b, '--json', '-k', '1'))).toEqual({
      identical: false,
      a: { path: a, distinct: 4, total: 1508 },
      b: { path: b, distinct: 3, total: 1301 },
      same: 1,
      changed: 1,
      onlyInA: { distinct: 2, total: 8 },
      onlyInB: { distinct: 1, total: 1 },
      differences: [{ piece: '\n', a: 300, b: 100 }],
    })
  })
})

test('stats', async () => {
  const out = await run('stats', a)
  expect(out).toContain('all          1,508                4\n')
  expect(out).toContain('longest, 4 bytes: " the"\n')
  const longest = { piece: ' the', bytes: 4 }
  expect(JSON.parse(await run('stats', a, '--json'))).toMatchObject({ distinct: 4, total: 1508, singletons: 1, longest })
})

test('no table is wider than a terminal', async () => {
  const wide = join(folder, 'wide.json')
  await countsOf([
    ['x'.repeat(500), 123_456_789_012],
    ['語'.repeat(500), 1],
    ['\u202e'.repeat(500), 1],
  ]).save(wide)
  const columns = (line: string): number => [...line].reduce((sum, character) => sum + (character === '語' ? 2 : 1), 0)
  for (const out of [await run('top', wide), await run('stats', wide), await run('diff', wide, a)])
    for (const line of out.split('\n')) expect(columns(line), line).toBeLessThanOrEqual(100)
})

test.each([
  [' the', '" the"'],
  ['"\\\n', '"\\"\\\\\\n"'],
  ['\u00a0\u200b\u202e\u2028\u3000\x7f\x9b\ufeff', '"\\u00a0\\u200b\\u202e\\u2028\\u3000\\u007f\\u009b\\ufeff"'],
  ['\u{e0001}', '"\\udb40\\udc01"'],
  ['\udcff', '"\\udcff"'],
  ['123456789', '"12345678…'],
  ['日本語日本語', '"日本語日…'],
])('a piece is shown so that it can be seen: %j', (piece, shown) => {
  const [{ piece: bytes }] = countsOf([[piece, 1]]).rows()
  expect(showPiece(bytes, piece.startsWith('1') || piece.startsWith('日') ? 10 : undefined)).toBe(shown)
})
