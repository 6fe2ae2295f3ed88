import { describe, expect, test } from 'vitest'
import { limitChunks } from '../../src/select/findLimit.ts'
import type { Chunk, Source } from '../../src/types.ts'

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
