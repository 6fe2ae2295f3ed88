import { basename, dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
// workers run from dist, so that is what is tested here
import { pretokenize, streamDocuments, type PretokenizeOptions } from '../../dist/index.js'
import { createSampler } from '../../src/select/sample.ts'
import { shell } from '../support/command.ts'
import { token } from '../support/addedTokens.ts'
import { gzip } from '../support/compress.ts'
import { parquet } from '../support/parquet.ts'
import { PRESET_STAGES } from '../support/stages.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { file, folder } = temporaryFolder()
const END = '<|endoftext|>'
const TEXTS = Array.from({ length: 120 }, (_, i) => `document ${i} `.repeat(1 + (i % 4)) + (i % 10 === 3 ? '"é"\n' : ''))
const rows = TEXTS.map((text) => JSON.stringify({ text }))

const PATHS = [
  file('a.txt', TEXTS.join(END)),
  file('b.txt.gz', gzip(TEXTS.join(END))),
  file('c.jsonl', rows.join('\n')),
  file('d.json', `[${rows.join(',\n')}]`),
  file('e.csv', ['text', ...TEXTS.map((text) => `"${text.replaceAll('"', '""')}"`)].join('\n')),
  file('f.parquet', parquet(TEXTS)),
]
const LINES = file('g.txt', TEXTS.map((text) => `${text.replace('\n', '')}\n`).join(''))

const SETTINGS: PretokenizeOptions[] = [{}, { chunkBytes: 700 }, { chunkBytes: 300, blockBytes: 7 }]

/** The counts of some documents, each on its own. */
const countsOf = async (documents: readonly string[]): Promise<[string, number][]> => [
  ...(await pretokenize(file('some.txt', documents.join(END)), [END])),
]

const check = async (path: string | string[], options: PretokenizeOptions, documents: readonly string[]) => {
  const expected = await countsOf(documents)
  let filters: object | undefined
  let bytes: object | undefined
  for (const setting of SETTINGS) {
    const counts = await pretokenize(path, [END], { ...options, ...setting })
    expect([...counts]).toEqual(expected)
    expect(counts.receipt!.documents).toBe(documents.length)
    filters ??= counts.receipt!.filters
    expect(counts.receipt!.filters).toEqual(filters)
    bytes ??= counts.receipt!.bytes
    expect(counts.receipt!.bytes).toEqual(bytes)
  }
  return filters
}

describe('filters of documents', () => {
  test.each(PATHS)('%s: a sample is that of the definition', async (path) => {
    for (const seed of [0, 7]) {
      const isWanted = createSampler({ fraction: 0.3, seed }, { path })
      const places: number[] = []
      const rowStarts = [...rows.keys()].map((i) => Buffer.byteLength(rows.slice(0, i).join('\n')) + (i === 0 ? 0 : 1))
      for await (const { start, index } of streamDocuments(path, { specialTokens: [END] }))
        places.push(
          path.endsWith('.jsonl')
            ? rowStarts[index]
            : path.endsWith('.json')
              ? start - '{"text":"'.length
              : path.endsWith('.csv')
                ? start - 1
                : start,
        )
      const chosen = TEXTS.filter((_, i) => isWanted(places[i]))
      expect(chosen.length).toBeGreaterThan(15)
      expect(chosen.length).toBeLessThan(60)
      expect(await check(path, { sample: 0.3, seed }, chosen)).toEqual({ sample: { fraction: 0.3, seed } })
    }
  })

  test('a sample does not depend on how the path is written, or on a work-dir', async () => {
    const [path] = PATHS
    const sampled = async (files: string | string[], options: PretokenizeOptions = {}): Promise<[string, number][]> => [
      ...(await pretokenize(files, [END], { sample: 0.3, ...options })),
    ]
    const expected = await sampled(path)
    for (const name of [relative(process.cwd(), path), `./${relative(process.cwd(), path)}`, `${dirname(path)}/./${basename(path)}`])
      expect(await sampled(name)).toEqual(expected)
    expect(await sampled(relative(process.cwd(), path), { workDir: join(folder, 'run') })).toEqual(expected)
    expect(await sampled(path, { maxDocuments: 120 })).toEqual(expected)
  })

  test.skipIf(process.platform === 'win32')('pipes have one name for it', () => {
    const [path] = PATHS
    const inputs = [`- < ${path}`, `/dev/stdin < ${path}`, `<(cat ${path})`]
    const outputs = inputs.map((input) => shell(`"$PRETOK" count --sample 0.3 -q ${input}`).stdout)
    expect(outputs[0].length).toBeGreaterThan(2)
    expect(outputs.slice(1)).toEqual([outputs[0], outputs[0]])
  })

  test.each(PATHS)('%s: the first documents', async (path) => {
    expect(await check(path, { maxDocuments: 50 }, TEXTS.slice(0, 50))).toMatchObject({ maxDocuments: 50, limit: { path } })
    const bytes = Buffer.byteLength(TEXTS.slice(0, 33).join(''))
    await check(path, { maxBytes: bytes }, TEXTS.slice(0, 33))
    await check(path, { maxBytes: bytes + 3 }, TEXTS.slice(0, 33))
    await check(path, { maxBytes: bytes - 1 }, TEXTS.slice(0, 32))
    expect(await check(path, { maxDocuments: 120 }, TEXTS)).toEqual({ maxDocuments: 120 })
    await check(path, { maxDocuments: 0 }, [])
  })

  test('the first documents of several files; what is behind them is not read', async () => {
    await check(PATHS, { maxDocuments: 290 }, [...TEXTS, ...TEXTS, ...TEXTS.slice(0, 50)])
    const { receipt } = await pretokenize(PATHS, [END], { maxDocuments: 290 })
    expect(receipt!.bytes.unread).toBeGreaterThan(1000)
  })

  test('lines', async () => {
    const lines = TEXTS.map((text) => text.replace('\n', ''))
    await check(LINES, { maxDocuments: 77, documentPer: 'line' }, lines.slice(0, 77))
    await check(
      LINES,
      { sample: 0.2, documentPer: 'line' },
      lines.filter((_, i) =>
        createSampler({ fraction: 0.2, seed: 0 }, { path: LINES })(Buffer.byteLength(lines.slice(0, i).join('\n')) + (i === 0 ? 0 : 1)),
      ),
    )
  })

  test('the first documents of a sample', async () => {
    const isWanted = createSampler({ fraction: 0.5, seed: 1 }, { path: PATHS[5] })
    const chosen = TEXTS.filter((_, row) => isWanted(row)).slice(0, 20)
    await check(PATHS[5], { sample: 0.5, seed: 1, maxDocuments: 20 }, chosen)
  })
})

describe('special tokens are found as they stand in the file, whatever was left out between them', () => {
  const special = { special: true }
  test.each([
    ['as parts of a token that is not special', ['<a>', '<b>'], [token('<a>', special), token('<b>', special), token('<a><b>')]],
    ['beside one that strips', ['\n', '\t'], [token('\n', { ...special, rstrip: true }), token('\t', special)]],
    ['that must be words', ['end', 'fin'], [token('end', { ...special, singleWord: true }), token('fin', { ...special, singleWord: true })]],
    ['of which normalization makes one character', ['a', '\u0301'], [token('a', { ...special, normalized: true }), token('\u0301', { ...special, normalized: true })]],
  ])('%s', async (name, ends, addedTokens) => {
    const texts = TEXTS.map((_, i) => `(${i})`)
    const path = file(`${name}.txt`, texts.map((text, i) => text + ends[i % 2]).join(''))
    const [[, stage]] = PRESET_STAGES
    const tokenizer = { name, addedTokens, normalizers: [{ kind: 'nfc' as const }], stages: [stage], specialTokens: ends }
    const isWanted = createSampler({ fraction: 0.5, seed: 0 }, { path })
    const placeOf = (i: number): number => texts.slice(0, i).reduce((sum, text, before) => sum + Buffer.byteLength(text + ends[before % 2]), 0)
    const chosen = texts.filter((_, i) => isWanted(placeOf(i)))
    const expected = await countsOf(chosen)
    for (const setting of SETTINGS) {
      const counts = await pretokenize(path, ends, { tokenizer, sample: 0.5, ...setting })
      expect([...counts]).toEqual(expected)
      expect(counts.receipt).toMatchObject({ documents: chosen.length, specialTokens: { [ends[0]]: 60, [ends[1]]: 60 }, bytes: { normalizedGain: 0 } })
    }
  })
})

test('filters of pieces apply to the result, and the receipt tells of them', async () => {
  const whole = await pretokenize(PATHS[0], [END])
  const counts = await pretokenize(PATHS[0], [END], { minCount: 3, include: '\\p{L}|\\d', exclude: '^ 1' })
  const expected = [...whole].filter(([piece, count]) => count >= 3 && /\p{L}|\d/u.test(piece) && !piece.startsWith(' 1'))
  expect([...counts]).toEqual(expected)
  const { filters, pieces, distinct } = counts.receipt!
  expect(filters).toEqual({
    minCount: 3,
    include: '\\p{L}|\\d',
    exclude: '^ 1',
    removed: { distinct: whole.size - expected.length, pieces: whole.total - counts.total, bytes: whole.textBytes - counts.textBytes },
  })
  expect([pieces, distinct]).toEqual([whole.total, whole.size])
})

test.each([
  [{ sample: 2 }, 'sample: 2 is not a number from 0 to 1'],
  [{ seed: 0.5 }, 'seed: 0.5 is not a whole number'],
  [{ maxDocuments: -1 }, 'maxDocuments: -1 is not a whole number from 0 up'],
  [{ include: '(' }, 'include: Invalid regular expression'],
])('%j is refused', async (options, message) => {
  await expect(pretokenize(PATHS[0], [], options)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(message) })
})
