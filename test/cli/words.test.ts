import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pretok, shell } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary.ts'

/* Words of a command line that a parser could take for something else. */

const { folder, file } = temporaryFolder()
const CORPUS = file('corpus.txt', 'a b')
const inFolder = { cwd: folder }
for (const name of ['help', 'true', 'false']) file(name, `word${name}`)

test.each(['help', 'true', 'false'])('%s is a file like others', (name) => {
  const counted = { code: 0, stderr: '', stdout: `{\n"word${name}": 1\n}\n` }
  expect(pretok(['count', '-q', name], inFolder)).toEqual(counted)
  expect(pretok(['-q', name], inFolder)).toEqual(counted)
  expect(pretok(['split', name]).stdout).toBe(`"${name}"\n`)
})

test('it can be made, merged and named by any command', () => {
  expect(pretok(['count', CORPUS, '-q', '-o', 'help', '--output-format', 'json'], inFolder).code).toBe(0)
  expect(pretok(['top', '--input-format', 'json', 'help'], inFolder).stdout).toContain('"a"')
  expect(pretok(['merge', '-o', 'merged.json', '--input-format', 'json', 'help'], inFolder).code).toBe(0)
  expect(pretok(['status', 'help'], inFolder).stderr).toContain('reading the run folder help')
  expect(pretok(['generate', '--size', '10B', 'help'], inFolder).stderr).toContain('help exists already')
})

test('pretok help lists the commands if there is no such file, and pretok help COMMAND tells of one', () => {
  expect(pretok(['help']).stdout).toBe(pretok(['--help']).stdout)
  expect(pretok(['help', 'merge']).stdout).toBe(pretok(['merge', '--help']).stdout)
  expect(pretok(['count', '-qh']).stdout).toContain('pretok count INPUT')
})

test.each([
  [['--strip-bom=1'], '--strip-bom takes no value, and "1" was given'],
  [['--resume=yes'], '--resume takes no value, and "yes" was given'],
  [['-q=no'], '-q takes no value, and "no" was given'],
  [['-nq'], '--num-processes "q": a number is needed'],
  [['-mq'], '--max-memory-gb "q": a number is needed'],
  [['-tq'], 'tokenizer "q": there is no preset and no file of that name'],
  [['-qo'], '-o needs a value'],
  [['-n', '-q'], '-n needs a value; one that begins with - is written -n=-q'],
])('%j is refused', (options, message) => {
  const { code, stdout, stderr } = pretok(['count', CORPUS, ...options])
  expect(stderr).toContain(`pretok: ${message}`)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})

test('a value may follow its letter, and that a flag', () => {
  const out = join(folder, 'attached.tsv')
  expect(pretok(['count', CORPUS, '-qn2', '-m1', `-o${out}`, '-sb']).code).toBe(0)
  expect(pretok(['top', out, '-k1']).stdout).toContain('" "')
})

test.each(['count', 'plan', 'merge', 'top', 'stats'])('- is standard input for %s', (command) => {
  const input = command === 'count' || command === 'plan' ? 'a b' : '{"a": 1}'
  const options = command === 'merge' ? ['-o', '-'] : []
  expect(pretok([command, '-', ...options], { input }).code).toBe(0)
})

test.each([
  ['', 'the name of the file is empty; - is stdout'],
  ['x.txt.gz', 'it would not be compressed; pretok generate - --size SIZE | gzip > x.txt.gz does that'],
  ['x.jsonl.zst', 'it would not be compressed; pretok generate - --size SIZE | zstd > x.jsonl.zst does that'],
  ['x.parquet', 'Parquet is not made'],
])('generate makes no %j', (name, message) => {
  const { code, stdout, stderr } = pretok(['generate', name, '--size', '1kB'], inFolder)
  expect(stderr).toContain(message)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})

test('a seed of generate may be any whole number, as that of count', () => {
  const corpus = (seed: string): string => pretok(['generate', '-', '--size', '1kB', '-q', '--seed', seed]).stdout
  expect(corpus('-1')).toHaveLength(1000)
  expect(corpus('-1')).not.toBe(corpus('1'))
})

test.each(['split', 'split --jsonl', 'count - -o unwritten.json', 'merge - --input-format jsonl -o unwritten.json', 'stats -'])('%s: a directory as standard input is an error, and not empty', (words) => {
  const { code, stderr } = shell(`"$PRETOK" ${words} < "${folder}"`)
  expect(code).toBe(1)
  expect(stderr).toContain('pretok: reading standard input: it is a directory')
})
