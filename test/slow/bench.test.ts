import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bench } from '../support/bench.ts'
import { temporaryFolder } from '../support/temporary.ts'

/* Every section of the benchmark on small corpora: the programs that it compares still run, and all totals come out as defined. */

interface Row {
  name: string
  samples: { seconds: number; facts: { totals?: number[] } }[]
}

const { folder } = temporaryFolder()

test('every section, every corpus, every peer', () => {
  const json = join(folder, 'bench.json')
  const { code, stdout, stderr } = bench(
    folder,
    '--size',
    '1MB',
    '--runs',
    '1',
    '--presets',
    'gpt2',
    '--scaling',
    '--sizes',
    '1MB',
    '--json',
    json,
  )
  expect(stderr).not.toContain('bench: ')
  expect(code).toBe(0)
  expect(readdirSync(folder)).toEqual(['bench.json'])

  const { tables } = JSON.parse(readFileSync(json, 'utf8')) as { tables: { section: string; title: string; rows: Row[] }[] }
  expect(tables.map(({ section }) => section)).toEqual([...Array(10).fill('kinds'), 'peers', 'peers', 'formats', 'formats', 'startup', 'scaling'])
  for (const { title, rows } of tables) {
    expect(stdout).toContain(`### ${title}\n`)
    for (const { name, samples } of rows) {
      expect(stdout).toContain(`| ${name} |`)
      expect(samples).toHaveLength(1)
      expect(samples[0].seconds).toBeGreaterThan(0)
    }
  }
  expect(stdout).not.toContain('not a standard size')
  const peers = tables.find(({ section }) => section === 'peers')!.rows.map(({ name }) => name)
  for (const name of ['RegExp', 'Rust', '@huggingface', '@xenova', 'tiktoken', 'gpt-tokenizer', 'wc -w', 'gzip -dc'])
    expect(
      peers.some((peer) => peer.includes(name)),
      name,
    ).toBe(true)
})

test('every preset beside its reference tier', () => {
  const json = join(folder, 'bench.json')
  const { code, stdout, stderr } = bench(folder, '--sections', 'presets', '--kinds', 'stories', '--size', '1MB', '--runs', '1', '--json', json)
  expect(stderr).not.toContain('bench: ')
  expect(code).toBe(0)
  const { tables } = JSON.parse(readFileSync(json, 'utf8')) as { tables: { rows: (Row & { isBeside?: boolean })[] }[] }
  const [{ rows }] = tables
  const shown = rows.filter(({ isBeside }) => !isBeside).map(({ name }) => name)
  expect(rows).toHaveLength(3 * shown.length)
  expect(shown).toEqual(expect.arrayContaining(['gpt2', 'bert_uncased', 'NLLB']))
  expect(stdout.split('\n').filter((line) => /^\| .* \d/.test(line))).toHaveLength(shown.length)
})
