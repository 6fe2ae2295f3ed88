import { execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import { pretokenize } from '../../dist/index.js'
import { pretok, shell, startPretok } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder, file } = temporaryFolder()
mkdirSync(join(folder, 'corpus'))
const CORPUS = file('corpus/corpus.txt', 'one two\n')

const TMPDIR = join(folder, 'tmp')
mkdirSync(TMPDIR)

describe('pipes', () => {
  test('what a shell puts in for <(command), and named pipes', () => {
    const text = file('pipe.txt', 'a b a<|endoftext|>a')
    const pipe = join(folder, 'named')
    const { stdout, stderr, code } = shell(
      `mkfifo "${pipe}" && (cat "${text}" > "${pipe}" &) && "$PRETOK" count "${pipe}" <(cat "${text}") "${text}" -o - --log json`,
    )
    expect({ code, counts: JSON.parse(stdout) }).toEqual({ code: 0, counts: { a: 6, ' b': 3, ' a': 3 } })
    expect(stderr).toContain(`"sources":[{"path":"${pipe}","size":19,`)
  })

  test.each(['nobody writes to it', 'who writes to it is silent'])('the signal of a program does not wait for them: %s', async (how) => {
    const pipe = join(folder, `silent-${how.length}`)
    execFileSync('mkfifo', [pipe])
    const stopping = new AbortController()
    const writer = how.startsWith('nobody') ? undefined : openSync(pipe, 'r+')
    const counting = pretokenize(pipe, [], { tempDir: TMPDIR, signal: stopping.signal })
    await setTimeout(100)
    stopping.abort()
    await expect(counting).rejects.toMatchObject({ code: 'interrupted', message: `reading ${pipe}: stopped before the end; nothing was written` })
    if (writer !== undefined) closeSync(writer)
    expect(readdirSync(TMPDIR)).toEqual([])
  })

  test('nothing of them is kept when the run cannot be planned', async () => {
    const pipe = join(folder, 'unplanned')
    execFileSync('mkfifo', [pipe])
    const counting = pretokenize([pipe, join(folder, 'corpus')], [], { tempDir: TMPDIR, tokenizer: 'none-such' })
    spawn('sh', ['-c', `echo a > "${pipe}"`])
    await expect(counting).rejects.toMatchObject({ code: 'tokenizer' })
    expect(readdirSync(TMPDIR)).toEqual([])
  })

  test('cannot be read again', () => {
    const { code, stderr } = shell(`"$PRETOK" count <(echo a) --work-dir "${join(folder, 'pipe-run')}"`)
    expect(code).toBe(2)
    expect(stderr).toMatch(/run folder .*pipe-run: what comes from \/dev\/fd\/\d+ cannot be read again; write it to a file first/)
  })
})

describe('standard input', () => {
  const kept = (folder: string): string[] => readdirSync(folder).map((name) => join(folder, name, 'input'))
  /** A run that waits for more of it; the other end is silent. */
  const startWaiting = async (args: readonly string[], folder: string) => {
    const run = startPretok(['count', '-', '-o', '-', ...args], { env: { TMPDIR } })
    run.child.stdin.write('one two\n')
    await vi.waitUntil(() => kept(folder).some((path) => existsSync(path) && statSync(path).size === 8), { timeout: 10_000 })
    return run
  }

  test('what a run that was killed has kept of it is removed by the next one', async () => {
    const { child, ended } = await startWaiting([], TMPDIR)
    expect(statSync(join(TMPDIR, readdirSync(TMPDIR)[0])).mode & 0o77).toBe(0)
    child.kill('SIGKILL')
    await ended
    expect(kept(TMPDIR)).toHaveLength(1)
    expect(pretok([CORPUS, '-o', '-', '-q'], { env: { TMPDIR } }).code).toBe(0)
    expect(readdirSync(TMPDIR)).toEqual([])
  })

  test('is kept in --temp-dir, and Ctrl-C does not wait for more of it', async () => {
    const tempDir = join(folder, 'temp-dir')
    mkdirSync(tempDir)
    const { child, ended } = await startWaiting(['--temp-dir', tempDir], tempDir)
    expect(readdirSync(TMPDIR)).toEqual([])
    child.kill('SIGINT')
    const { code, stderr } = await ended
    expect(code).toBe(130)
    expect(stderr).toContain('reading standard input: stopped before the end; nothing was written')
    expect(readdirSync(tempDir)).toEqual([])
  })

  test.each([[['-']], [['count', '-', '-n', '2']], [['count', '-q', '-']], [['/dev/stdin']]])(
    '%j is counted, and nothing stays behind',
    (args) => {
      const { code, stdout, stderr } = pretok([...args, '-o', '-', '--log', 'json'], { input: 'one two\n', env: { TMPDIR } })
      expect({ code, stdout }).toEqual({ code: 0, stdout: '{\n"\\n": 1,\n" two": 1,\n"one": 1\n}\n' })
      if (!args.includes('-q')) expect(stderr).toContain('"sources":[{"path":"standard input","size":8,')
      expect(readdirSync(TMPDIR)).toEqual([])
    },
  )

  test('beside a file, and with - as the value of an option', () => {
    const { code, stdout } = pretok(['count', CORPUS, '-s', '-', '-', '-o', '-', '-q'], { input: 'a-b' })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '{\n"\\n": 1,\n" two": 1,\n"a": 1,\n"b": 1,\n"one": 1\n}\n' })
  })

  test('that looks like JSON Lines is counted as text, with a word of warning', () => {
    const rows = '{"text":"one"}\n{"text":"two"}\n'
    const args = ['count', '-', '-o', '-', '-q']
    const asText = pretok(args, { input: rows })
    expect(asText.stderr).toContain('standard input looks like JSON Lines, and is counted as text; --format jsonl reads rows')
    expect(asText.stdout).toContain('"{\\""')
    for (const [input, ...more] of [[rows, '--format', 'jsonl'], [rows, '--format', 'text'], ['{"a"} is a set\nand {} another\n']])
      expect(pretok([...args, ...more], { input }).stderr).toBe('')
  })

  test('is what messages about what is on it name, and not the file it is kept in', () => {
    const args = ['count', '-', '-o', '-', '-q']
    expect(pretok(args, { input: 'PK\x03\x04' }).stderr).toMatch(/^pretok: reading standard input: it is a ZIP archive/)
    expect(pretok(args, { input: Buffer.from('one two '.repeat(20), 'utf16le') }).stderr).toMatch(/^warning: reading standard input: its zero bytes stand as in UTF-16LE/)
    expect(pretok(['count', '-', '--format', 'parquet', '-o', '-'], { input: gzipSync('PAR1') }).stderr).toMatch(
      /^pretok: reading standard input: a Parquet file cannot be read in compressed form/,
    )
  })

  test('the options that main takes for flags are those of --help', () => {
    const help = ['count', 'plan'].map((command) => pretok([command, '--help']).stdout).join('\n')
    const flags = [...help.matchAll(/--([a-z-]+) [^[]*\[boolean\]/g)].map(([, name]) => name)
    expect([...new Set(flags)].sort()).toEqual(['help', 'no-default-special-tokens', 'quiet', 'resume', 'strip-bom', 'version'])
  })
})

test('an output that is among the files of a folder is refused', () => {
  const { code, stderr } = pretok(['count', join(folder, 'corpus'), '-o', CORPUS, '--output-format', 'json'])
  expect(code).toBe(2)
  expect(stderr).toContain('it would replace the input')
})
