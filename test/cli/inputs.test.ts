import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pretok, shell } from '../support/command.ts'
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

  test('cannot be read again', () => {
    const { code, stderr } = shell(`"$PRETOK" count <(echo a) --work-dir "${join(folder, 'pipe-run')}"`)
    expect(code).toBe(2)
    expect(stderr).toMatch(/run folder .*pipe-run: what comes from \/dev\/fd\/\d+ cannot be read again; write it to a file first/)
  })
})

describe('standard input', () => {
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
