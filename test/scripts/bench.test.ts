import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { bench } from '../support/bench.ts'
import { temporaryFolder } from '../support/temporary.ts'

/* That the benchmark stops at what is wrong; test/slow/bench.test.ts runs the whole. */

interface Expected {
  sha256: string
  totals: Record<string, [number, number]>
}

const DEFINITION = resolve(import.meta.dirname, '../../scripts/bench/expected.json')
const { folder, file } = temporaryFolder()

const definition = JSON.parse(readFileSync(DEFINITION, 'utf8')) as Record<string, Expected>
const tiny = definition['tiny 1MB']
const ARGS = ['--sections', 'kinds', '--kinds', 'tiny', '--size', '1MB', '--presets', 'gpt2', '--runs', '1', '--definition']
const benchWith = (expected: Expected) => bench(folder, ...ARGS, file('expected.json', JSON.stringify({ 'tiny 1MB': expected })))

test('a total that is not as defined stops it', () => {
  const [total, distinct] = tiny.totals.gpt2
  const { code, stdout, stderr } = benchWith({ ...tiny, totals: { gpt2: [total, distinct + 1] } })
  expect(code).toBe(1)
  const numbers = (...values: number[]) => values.map((value) => value.toLocaleString('en')).join(' / ')
  expect(stderr).toContain(
    `bench: pretok gpt2, 1 worker on tiny 1MB, gpt2: ${numbers(total, distinct)}, but the definition has ${numbers(total, distinct + 1)}`,
  )
  expect(stdout).not.toContain('###')
})

test('a corpus of other bytes stops it', () => {
  const { code, stderr } = benchWith({ ...tiny, sha256: '0'.repeat(64) })
  expect(code).toBe(1)
  expect(stderr).toMatch(new RegExp(`^bench: .*tiny-1MB\\.txt: SHA-256 ${tiny.sha256}, but the definition has 0{64} for tiny of 1MB\n$`))
})

test.each([
  [['--kinds', 'poems'], 'bench: --kinds: no "poems"; there are prose, sample,'],
  [['--runs', '0'], 'bench: --runs "0": a whole number of at least 1 is needed'],
  [['--sections', 'kinds', '--size', '10M'], 'bench: "10M" is no size such as 500kB, 10MB or 1GB'],
  [['--fast'], "bench: Unknown option '--fast'"],
])('refuses %j', (args, message) => {
  const { code, stderr } = bench(folder, ...args)
  expect(code).toBe(1)
  expect(stderr).toContain(message)
})
