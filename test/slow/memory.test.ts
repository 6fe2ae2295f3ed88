import { spawnSync } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pretok } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary.ts'

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js')
const { folder } = temporaryFolder()
const GNU_TIME = '/usr/bin/time'

/** Runs a count as a user would measure it; peak resident set in bytes, and the receipt. */
const measure = (...args: string[]): { peak: number; receipt: { pieces: number; documents: number; chunks: number } } => {
  const { status, stderr } = spawnSync(
    GNU_TIME,
    ['-f', '%M', process.execPath, MAIN, 'count', ...args, '--log', 'json', '-o', join(folder, 'out.tsv')],
    { maxBuffer: 2 ** 28 },
  )
  const lines = stderr.toString().trim().split('\n')
  expect(status, lines.at(-2)).toBe(0)
  const { receipt } = lines
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { event: string; receipt: never })
    .find(({ event }) => event === 'receipt')!
  return { peak: Number(lines.at(-1)) * 1024, receipt }
}

const hasTime = spawnSync(GNU_TIME, ['--version']).error === undefined

describe.skipIf(!hasTime)('memory does not grow with the file', () => {
  const corpus = join(folder, 'corpus.txt')
  const oneDocument = join(folder, 'document.txt')

  test('1 GB of documents, and the same as one document', () => {
    expect(pretok(['generate', corpus, '--size', '1GB', '--kind', 'stories', '-q']).code).toBe(0)
    const many = measure(corpus, '-n', '2', '-m', '0.5')
    expect(many.receipt.documents).toBeGreaterThan(100_000)
    expect(many.peak).toBeLessThan(300e6)
    // without its special tokens the file is one document; as one chunk it is streamed by one worker
    for (const engine of ['automaton', 'reference']) {
      const one = measure(corpus, '-n', '2', '-m', '0.5', '--no-default-special-tokens', '--chunk-bytes', '1GB', '--engine', engine)
      expect(one.receipt).toMatchObject({ documents: 1, chunks: 1 })
      expect(one.peak).toBeLessThan(300e6)
    }
  })

  test('a line of 100 MB', () => {
    const file = openSync(oneDocument, 'w')
    for (let i = 0; i < 100; i++) writeSync(file, 'word and number 12345; '.repeat(45_000))
    closeSync(file)
    expect(measure(oneDocument, '-n', '1').peak).toBeLessThan(200e6)
  })
})
