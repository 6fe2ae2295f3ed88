import { describe, expect, test } from 'vitest'
import { chooseChunks } from '../../src/select/chooseChunks.ts'
import { findLimit, limitChunks, type LimitPlace, type Limits } from '../../src/select/findLimit.ts'
import { createSampler, type Sample } from '../../src/select/sample.ts'
import type { Chunk, Source } from '../../src/types.ts'
import { temporaryFolder } from '../support/temporary.ts'

const source = (changes: Partial<Source> = {}): Source => ({ path: 'x', size: 100, modified: 0, format: 'text', compression: 'none', ...changes })

const chunks = (...ends: number[]): Chunk[] => ends.map((end, i) => ({ source: 1, start: i === 0 ? 0 : ends[i - 1], end }))

const BEFORE: Chunk = { source: 0, start: 0, end: 100 }
const BEHIND: Chunk = { source: 2, start: 0, end: 100 }

/** What is left of chunks of source 1, between two others, up to a place. */
const limited = (kind: Partial<Source>, of: readonly Chunk[], place: number): Chunk[] =>
  limitChunks([BEFORE, ...of, BEHIND], [source(), source(kind), source()], { source: 1, place })

describe('the chunks up to a limit', () => {
  test('end at it; sources behind it are not read', () => {
    expect(limited({}, chunks(30, 60, 100), 40)).toEqual([
      BEFORE,
      { source: 1, start: 0, end: 30, until: 40 },
      { source: 1, start: 30, end: 40, until: 40 },
    ])
  })

  test('at a border there is nothing of the chunk behind it', () => {
    expect(limited({}, chunks(30, 60, 100), 60)).toEqual([
      BEFORE,
      { source: 1, start: 0, end: 30, until: 60 },
      { source: 1, start: 30, end: 60, until: 60 },
    ])
  })

  test('the first chunk stays, with nothing in it: a file is opened, whatever is taken of it', () => {
    expect(limited({}, chunks(30, 100), 0)).toEqual([BEFORE, { source: 1, start: 0, end: 0, until: 0 }])
  })

  test.each<Partial<Source>>([{ compression: 'gzip' }, { format: 'parquet' }])('%j: the place is none of the file, so all is read until it comes', (kind) => {
    expect(limited(kind, chunks(30, 100), 7)).toEqual([
      BEFORE,
      { source: 1, start: 0, end: 30, until: 7 },
      { source: 1, start: 30, end: 100, until: 7 },
    ])
  })
})

describe('where a limit is reached', () => {
  const { file } = temporaryFolder()
  const texts = ['one\n\nthree\nfour\n', '', 'five\nsix\n'] // lines of 3, 5, 4, 4 and 3 bytes at places 0, 5, 11, and 0, 5
  const sources = texts.map((text, i) => source({ path: file(`${i}.txt`, text), size: text.length, modified: NaN }))
  const reading = { documentPer: 'line', stripBom: false, textFields: ['text'], maxRecordBytes: 1e6, onError: 'fail', errors: 'replace', blockBytes: 4 } as const
  const find = (limits: Limits, sample?: Sample): Promise<LimitPlace | undefined> => findLimit(sources, limits, reading, () => undefined, sample, undefined)
  const documents = [[0, 0, 3], [0, 5, 5], [0, 11, 4], [2, 0, 4], [2, 5, 3]] as const

  /** The first document with which there are more, or more bytes, than there may be. */
  const expected = ({ maxBytes = Infinity, maxDocuments = Infinity }: Limits, isTaken: (number: number, place: number) => boolean = () => true): LimitPlace | undefined => {
    let [count, bytes] = [0, 0]
    for (const [number, place, length] of documents) {
      if (!isTaken(number, place)) continue
      bytes += length
      if (++count > maxDocuments || bytes > maxBytes) return { source: number, place }
    }
    return undefined
  }

  test('is before the first document that is too many, or too much', async () => {
    for (let maxDocuments = 0; maxDocuments < 7; maxDocuments++) expect(await find({ maxDocuments })).toEqual(expected({ maxDocuments }))
    for (let maxBytes = 0; maxBytes < 21; maxBytes++) {
      expect(await find({ maxBytes })).toEqual(expected({ maxBytes }))
      expect(await find({ maxBytes, maxDocuments: 3 })).toEqual(expected({ maxBytes, maxDocuments: 3 }))
    }
  })

  test('is found among the documents of the sample alone', async () => {
    for (let seed = 0; seed < 8; seed++) {
      const sample = { fraction: 0.5, seed }
      const isTaken = (number: number, place: number): boolean => createSampler(sample, sources[number])(place)
      for (let maxDocuments = 0; maxDocuments < 5; maxDocuments++) expect(await find({ maxDocuments }, sample)).toEqual(expected({ maxDocuments }, isTaken))
    }
  })

  test('is no error of reading: that one comes out', async () => {
    await expect(findLimit([source({ path: `${sources[0].path}.not`, size: 5 })], { maxDocuments: 1 }, reading, () => undefined, undefined, undefined)).rejects.toMatchObject({ code: 'input' })
  })

  test('is told, with the limits and the sample, and cuts the chunks', async () => {
    const whole = sources.map(({ size }, i) => ({ source: i, start: 0, end: size }))
    const choose = (limits: Limits & { sample?: Sample }) => chooseChunks(whole, sources, { ...reading, ...limits }, [], undefined)
    const sample = { fraction: 1, seed: 3 }
    expect(await choose({})).toEqual({ chunks: whole, filters: {} })
    expect(await choose({ sample })).toEqual({ chunks: whole, filters: { sample } })
    expect(await choose({ maxBytes: 19 })).toEqual({ chunks: whole, filters: { maxBytes: 19 } })
    const limit = { path: sources[0].path, place: 11 }
    const chunks = [{ source: 0, start: 0, end: 11, until: 11 }]
    expect(await choose({ maxBytes: 8, sample })).toEqual({ chunks, filters: { sample, maxBytes: 8, limit } })
    expect(await choose({ maxDocuments: 2 })).toEqual({ chunks, filters: { maxDocuments: 2, limit } })
  })
})
