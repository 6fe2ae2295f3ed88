import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pretok } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary.ts'

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js')
const { folder } = temporaryFolder()
const GNU_TIME = '/usr/bin/time'

/** Runs a count as a user would measure it; peak resident set in bytes, and the receipt. */
const measure = (...args: string[]): { peak: number; receipt: { pieces: number; distinct: number; documents: number; chunks: number } } => {
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

describe.skipIf(!hasTime)('memory stays within number of workers × budget + 150 MB', () => {
  const corpus = join(folder, 'distinct.txt')

  test.each([
    [1, 0.0625],
    [2, 0.0625],
    [2, 0.1],
    [4, 0.0625],
  ])('all-distinct pieces, %i workers of %d GiB: and the output is the same', (workers, budget) => {
    if (!existsSync(corpus)) expect(pretok(['generate', corpus, '--size', '300MB', '--kind', 'distinct', '-q']).code).toBe(0)
    const { peak, receipt } = measure(corpus, '-n', String(workers), '-m', String(budget))
    expect(receipt.distinct).toBeGreaterThan(28_000_000)
    expect(peak).toBeLessThan(workers * budget * 2 ** 30 + 150e6)
    const hash = spawnSync('sha256sum', [join(folder, 'out.tsv')])
      .stdout.toString()
      .slice(0, 64)
    expect(hash).toBe((hashes.distinct ??= hash))
  })

  test('all-distinct pieces of which some are left out', () => {
    const filtered = (...filter: string[]): { peak: number; receipt: { distinct: number } } => measure(corpus, '-n', '1', '-m', '0.1', ...filter)
    const whole = filtered('--exclude', '^ ?[A-M]')
    expect(whole.receipt.distinct).toBeGreaterThan(20_000_000)
    expect(whole.peak).toBeLessThan(0.1 * 2 ** 30 + 150e6)
    expect(filtered('--min-count', '2').peak).toBeLessThan(0.1 * 2 ** 30 + 150e6)
  })

  test('pieces of megabytes', () => {
    const path = join(folder, 'pieces.txt')
    const file = openSync(path, 'w')
    for (let i = 0; i < 200; i++) writeSync(file, `${String.fromCharCode(97 + (i % 26)).repeat(1_000_000 + i)} `)
    closeSync(file)
    expect(measure(path, '-n', '2', '-m', '0.1').peak).toBeLessThan(2 * 0.1 * 2 ** 30 + 150e6)
  })

  test('pieces of half a megabyte that become Parquet', () => {
    const path = join(folder, 'half.txt')
    const file = openSync(path, 'w')
    for (let i = 0; i < 300; i++) writeSync(file, `${String.fromCharCode(97 + (i % 26)).repeat(500_000 + i)} `)
    closeSync(file)
    expect(measure(path, '-n', '1', '-m', '0.05', '-o', join(folder, 'half.parquet')).peak).toBeLessThan(0.05 * 2 ** 30 + 150e6)
  })

  test('long pieces that would fit into the table of the result, but not with all that reading them takes', () => {
    const path = join(folder, 'long-lines.txt')
    const file = openSync(path, 'w')
    for (let i = 0; i < 34; i++) writeSync(file, `${String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26)).repeat(3_750_000 + i)}\n`)
    closeSync(file)
    expect(measure(path, '-n', '1', '-m', '0.3', '-p', '[^\\n]+').peak).toBeLessThan(0.3 * 2 ** 30 + 150e6)
  })

  test('many different pieces, each nearly as long as pieces may be', () => {
    const path = join(folder, 'longest.txt')
    const file = openSync(path, 'w')
    for (let i = 0; i < 200; i++) writeSync(file, `${String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26)).repeat(2_050_000 + i)} `)
    closeSync(file)
    for (const workers of [1, 2]) expect(measure(path, '-n', String(workers), '-m', '0.15').peak).toBeLessThan(workers * 0.15 * 2 ** 30 + 150e6)
  })
})

/** Of outputs that must not differ. */
const hashes: { distinct?: string } = {}
