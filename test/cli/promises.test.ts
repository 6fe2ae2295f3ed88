import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { loadCounts, pretokenize, streamDocuments } from '../../dist/index.js'
import { pretok, shell, startPretok } from '../support/command.ts'
import { isOpen } from '../support/openFiles.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { tokenizerJson } from '../support/tokenizerJson.ts'

/* Ways to lose something without a word, which somebody has found. */

const { folder, file } = temporaryFolder()
const CORPUS = file('corpus.txt', 'one two two<|endoftext|>three')
const path = (name: string): string => join(folder, name)

describe('input that the system does not tell the truth about', () => {
  test('a name that is not UTF-8 is not taken for another one', () => {
    mkdirSync(path('names'))
    const other = file('names/bad\ufffd.txt', 'kept')
    const { code, stderr } = shell(`cd "${path('names')}" && echo lost > $'bad\\xff.txt' && "$PRETOK" count .`)
    expect(code).toBe(1)
    expect(stderr).toContain('its name is not UTF-8, so it cannot be opened by it; rename it first')
    expect(shell(`cd "${path('names')}" && "$PRETOK" count 'bad*'`).stderr).toContain('its name is not UTF-8')
    expect(shell(`"$PRETOK" count @<(printf 'a\\xff.txt\\n')`).stderr).toContain('the list is not UTF-8')
    expect(shell(`cd "${path('names')}" && echo lost > $'alone\\xff.txt' && "$PRETOK" count $'alone\\xff.txt'`).stderr).toContain('its name is not UTF-8')
    expect(pretok(['count', other, '-o', '-']).stdout).toContain('"kept": 1')
  })

  test('a file of 0 bytes with text in it', () => {
    const { code, stderr } = pretok(['count', '/proc/self/status'])
    expect(code).toBe(1)
    expect(stderr).toContain('the system says that it has 0 bytes, and there are some in it; pipe it')
    expect(shell('cat /proc/self/status | "$PRETOK" count - -o -').stdout).toContain('"Name": 1')
  })
})

describe('no output replaces what the run reads', () => {
  const given = JSON.stringify(tokenizerJson({ pre_tokenizer: { type: 'Whitespace' } }))

  test('the tokenizer, also in a folder', () => {
    mkdirSync(path('model'))
    const tokenizer = file('model/tokenizer.json', given)
    for (const [name, output] of [
      [tokenizer, tokenizer],
      [path('model'), join(path('model'), '..', 'model', 'tokenizer.json')],
    ]) {
      const { code, stderr } = pretok(['count', CORPUS, '-t', name, '-o', output])
      expect([code, stderr]).toEqual([2, expect.stringContaining('it would replace the tokenizer')])
    }
    expect(readFileSync(tokenizer, 'utf8')).toBe(given)
  })

  test('a list', () => {
    const list = file('list.txt', `${CORPUS}\n`)
    expect(pretok(['count', `@${list}`, '--receipt', list]).stderr).toContain(`it would replace the list @${list}`)
    expect(readFileSync(list, 'utf8')).toBe(`${CORPUS}\n`)
  })

  test('the run folder', () => {
    const run = path('run')
    expect(pretok(['count', CORPUS, '--work-dir', run, '-q']).code).toBe(0)
    const [partial] = readdirSync(join(run, 'partials'))
    const again = ['count', CORPUS, '--work-dir', run, '--resume', '--output-format', 'json', '-o']
    expect(pretok([...again, join(run, 'plan.json')]).stderr).toContain('it would replace the plan of the run in')
    expect(pretok([...again, join(run, 'partials', partial)]).stderr).toContain('it would replace a part of the run in')
    expect(pretok(['merge', run, '--output-format', 'json', '-o', join(run, 'partials', partial)]).code).toBe(2)
    expect(pretok(['status', run, '--verify']).code).toBe(0)
  })
})

describe('values that are none', () => {
  test.each(['--sample', '--seed', '--max-documents', '--min-count', '-n', '-m'])('%s ""', (option) => {
    const { code, stdout, stderr } = pretok(['count', CORPUS, option, '', '-o', '-'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('"": a number is needed')
  })

  test.each([
    ['--work-dir', '--work-dir: "" is not a path'],
    ['--receipt', 'the name of the file is empty'],
    ['-o', 'the name of the file is empty'],
  ])('%s ""', (option, message) => {
    const before = readdirSync(folder)
    const { code, stderr } = pretok(['count', CORPUS, option, '', '--output-format', 'json'], { cwd: folder })
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
    expect(readdirSync(folder)).toEqual(before)
  })

  test.each<[string, unknown, string]>([
    ['sample', null, 'sample: null is not a number'],
    ['sample', [], 'sample: [] is not a number'],
    ['sample', true, 'sample: true is not a number'],
    ['numProcesses', null, 'numProcesses: null is not a number'],
    ['maxMemoryGb', '5', 'maxMemoryGb: "5" is not a number'],
    ['chunkBytes', 5n, 'chunkBytes: 5n is not a number'],
    ['minCount', Symbol('a'), 'minCount: Symbol(a) is not a number'],
    ['include', 5, 'include: 5 is not a string'],
    ['stripBom', 'false', 'stripBom: "false" is not true or false'],
    ['resume', 'no', 'resume: "no" is not true or false'],
    ['tempDir', 5, 'tempDir: 5 is not a path'],
    ['workDir', '', 'workDir: "" is not a path'],
  ])('%s: %s', async (name, value, message) => {
    await expect(pretokenize(CORPUS, [], { [name]: value })).rejects.toMatchObject({ code: 'usage', message })
  })
})

describe('callbacks that return promises', () => {
  test.each(['onProgress', 'onWarning'])('what %s rejects with fails the run, and not the process', async (name) => {
    const failing = async (): Promise<never> => {
      throw new RangeError('rejected')
    }
    // a file that was named twice is warned of
    await expect(pretokenize([CORPUS, CORPUS], [], { [name]: failing, numProcesses: 1 })).rejects.toThrow('rejected')
  })
})

describe('a run that is stopped while it is planned', () => {
  const large = path('large.txt')
  writeFileSync(large, '')
  truncateSync(large, 20e9) // without any place to cut, so that all of it would be looked at

  test('a program does not wait', async () => {
    const stopping = new AbortController()
    const counting = pretokenize(large, [], { numProcesses: 2, signal: stopping.signal })
    await setTimeout(300)
    stopping.abort()
    await expect(counting).rejects.toMatchObject({ code: 'interrupted' })
  })

  test.skipIf(!existsSync('/proc/self/fd')).each([[], ['--max-documents', '5']])('neither does the command: %j', async (...options) => {
    const { child, ended } = startPretok(['count', large, '-n', '2', ...options])
    while (child.exitCode === null && !isOpen(large, child.pid)) await setTimeout(5)
    child.kill('SIGINT')
    const { code, stderr } = await ended
    expect([code, stderr]).toEqual([130, expect.stringContaining('stopped before the end; nothing was written')])
  })
})

test('a terminal that is gone stops a run as Ctrl-C does', async () => {
  const temporary = path('hangup')
  mkdirSync(temporary)
  const { child, ended } = startPretok(['count', '-', '--temp-dir', temporary])
  child.stdin.write('text ')
  while (child.exitCode === null && readdirSync(temporary).length === 0) await setTimeout(5)
  child.kill('SIGHUP')
  expect(await ended).toMatchObject({ code: null, stdout: '' })
  expect(child.signalCode).toBe('SIGHUP')
  expect(readdirSync(temporary)).toEqual([])
})

describe('merging that is stopped', () => {
  test('leaves no files of its own', async () => {
    const temporary = path('temporary')
    mkdirSync(temporary)
    const rows = Array.from({ length: 400_000 }, (_, i) => `piece ${i * 7919}\t${i + 1}\n`).join('')
    const counts = file('counts.tsv', `piece\tcount\n${rows}`)
    const { child, ended } = startPretok(['merge', counts, counts, counts, counts, '-m', '0.02', '--temp-dir', temporary, '-o', path('merged.tsv')])
    while (child.exitCode === null && readdirSync(temporary).length === 0) await setTimeout(5)
    child.kill('SIGINT')
    expect((await ended).code).toBe(130)
    expect(readdirSync(temporary)).toEqual([])
    expect(existsSync(path('merged.tsv'))).toBe(false)
  })
})

test.each([
  [['--text-field', 'body'], '--text-field changes nothing: no input is JSON, CSV or Parquet'],
  [['--delimiter', ';'], '--delimiter changes nothing: no input is CSV or TSV'],
  [['--document-per', 'line', '--format', 'jsonl', '--on-error', 'skip'], '--document-per changes nothing: no input is text'],
])('an option that concerns no input is told of: %j', (options, message) => {
  expect(pretok(['count', CORPUS, ...options, '-q']).stderr).toContain(`warning: ${message}`)
  expect(pretok(['count', CORPUS, '-q']).stderr).toBe('')
})

test.each(['1', '2'])('no addresses for the memory of %s workers', (workers) => {
  const { code, stderr } = shell(`ulimit -v 20000000; "$PRETOK" count "${CORPUS}" "${CORPUS}" -n ${workers} -q --chunk-bytes 1`)
  if (code === 0 && Number(process.versions.node.split('.')[0]) >= 22) return // newer engines get along with fewer
  expect(code).toBe(1)
  expect(stderr).toMatch(/^pretok: there are no addresses left for a memory of WebAssembly.*; ulimit -v must be higher/m)
})

test('wrong values for what else the library has', async () => {
  const counts = await pretokenize(CORPUS)
  await expect(counts.save(5 as never)).rejects.toMatchObject({ code: 'usage', message: 'path: 5 is not a path' })
  await expect(loadCounts(path('none.json'), { tempDir: 5 as never })).rejects.toMatchObject({ code: 'usage', message: 'tempDir: 5 is not a path' })
  const stream = streamDocuments(CORPUS, { delimiter: null as never })
  await expect(stream.next()).rejects.toMatchObject({ code: 'usage', message: 'delimiter: null is not a character' })
})
