import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import yargs, { type CommandModule } from 'yargs'
import { generateCommand } from '../../src/cli/generate.ts'
import { shell } from '../support/command.ts'
import { makeCorpus } from './corpora.ts'

let folder: string
let path: string
let messages: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pretok-command-'))
  path = join(folder, 'corpus.txt')
  messages = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => messages.push(String(text)) > 0)
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

/** As main.ts sets yargs up. */
const run = async (...args: string[]): Promise<unknown> =>
  yargs(['generate', ...args])
    .command(generateCommand as unknown as CommandModule)
    .strict()
    .parserConfiguration({ 'boolean-negation': false, 'camel-case-expansion': false, 'parse-positional-numbers': false })
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new Error(message)
    })
    .parseAsync()

test('writes stories and says so in one line', async () => {
  await run(path, '--size', '100kB')
  expect(readFileSync(path).equals(makeCorpus('stories', 100_000).corpus)).toBe(true)
  expect(messages).toEqual([expect.stringMatching(/^wrote .*corpus\.txt: 100,000 bytes, \d+ documents, \d+\.\d\d s, \d+ MB\/s\n$/)])
})

test('takes every option', async () => {
  const options = ['--kind', 'code', '--seed', '3', '--separator', '<|doc|>', '--document-size', '1KiB', '--quiet']
  await run(path, '--size', '20KiB', ...options)
  const { corpus } = makeCorpus('code', 20_480, { seed: 3, separator: '<|doc|>', documentBytes: 1024 })
  expect(readFileSync(path).equals(corpus)).toBe(true)
  expect(messages).toEqual([])
})

test('replaces a file only with --force', async () => {
  writeFileSync(path, 'old')
  await expect(run(path, '--size', '1kB')).rejects.toMatchObject({ code: 'output', message: `${path} exists already; --force replaces it` })
  expect(readFileSync(path, 'utf8')).toBe('old')
  await run(path, '--size', '1kB', '--force')
  expect(readFileSync(path).length).toBe(1000)
})

test('- is standard output', async () => {
  const blocks: Uint8Array[] = []
  const write = (block: Uint8Array, done: () => void): boolean => {
    blocks.push(Buffer.from(block))
    setImmediate(done)
    return true
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(write as never)
  await run('-', '--size', '3MB')
  expect(Buffer.concat(blocks).equals(makeCorpus('stories', 3_000_000).corpus)).toBe(true)
  expect(messages[0]).toMatch(/^wrote to standard output: 3,000,000 bytes/)
})

test('a reader that stops early is no error', () => {
  expect(shell(`"$PRETOK" generate - --size 1GB | head -c 5`)).toEqual({ code: 0, stdout: 'There', stderr: '' })
})

test('Ctrl-C leaves nothing', async () => {
  const running = run(path, '--size', '1TB')
  setTimeout(() => process.emit('SIGINT'), 50)
  await expect(running).rejects.toMatchObject({ code: 'interrupted' })
  expect(existsSync(path)).toBe(false)
  expect(process.listenerCount('SIGINT')).toBe(0)
})

test.each([
  [['--size', '10M'], '--size "10M": write MB (a power of 1,000) or MiB (a power of 1,024)'],
  [['--size', '1kB', '--seed', ''], '--seed "": a whole number is needed'],
  [['--size', '1kB', '--seed', '1.5'], '--seed "1.5": a whole number is needed'],
  [['--size', '1kB', '--document-size', '0'], '--document-size "0": a document has at least one byte'],
  [['--size', '1kB', '--size', '2kB'], '--size was given 2 times; once is enough'],
])('refuses %j', async (args, message) => {
  await expect(run(path, ...args)).rejects.toMatchObject({ code: 'usage', message })
  expect(existsSync(path)).toBe(false)
})
