import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadCodec } from '../../src/parquet/codecs.ts'
import { releasePageKernel, takePageKernel } from '../../src/parquet/pageKernel.ts'
import { DecompressorLost } from '../../src/parquet/pages.ts'
import { openParquet, readParquet } from '../../src/parquet/readParquet.ts'
import type { AheadOf } from '../../src/parquet/rowCursor.ts'
import { CODECS, parquet, readAtOf } from '../support/parquet.ts'
import { collectingSinkOfMany } from '../support/records.ts'

const TEXTS = Array.from({ length: 400 }, (_, i) => (i % 50 === 49 ? null : `Row ${i}: ${'word '.repeat((i * 7) % 40)}é`))

/** Decompresses here, but later; what it was given is gone then, as if it had been handed over. */
const later: AheadOf = (codec) => async (data, length) => {
  const own = Buffer.from(data)
  data.fill(0xee)
  await setTimeout(own.length % 3)
  const kernel = takePageKernel()
  try {
    return Buffer.from((await loadCodec(codec, kernel))!(own, length))
  } finally {
    releasePageKernel(kernel)
  }
}

const read = async (data: Buffer, aheadOf?: AheadOf) => {
  const { sink, records } = collectingSinkOfMany()
  const readAt = readAtOf(data)
  let plain = 0
  let stored = 0
  try {
    const file = await openParquet(readAt, data.length, 'x.parquet')
    const options = { name: 'x.parquet', textFields: ['text'], aheadOf }
    for await (const progress of readParquet(file, { start: 0, end: data.length }, readAt, options, sink)) {
      plain += progress.plain
      stored += progress.stored
    }
    return { ...records, plain, stored }
  } catch (error) {
    return { ...records, error: (error as Error).message }
  }
}

describe('pages that are decompressed ahead', () => {
  test.each(CODECS)('%s: hold the same rows', async (codec) => {
    for (const encoding of [undefined, 'PLAIN', 'DELTA_BYTE_ARRAY'] as const) {
      const data = parquet(TEXTS, codec, { ...(encoding && { encoding }), rowGroupSize: 150, pageSize: 300 })
      const expected = await read(data)
      expect(expected.documents).toHaveLength(392)
      expect(await read(data, later)).toEqual(expected)
    }
  })

  test('damage is told in its turn, as it would be without', async () => {
    const files = (['SNAPPY', 'ZSTD'] as const).map((codec) => parquet(TEXTS, codec, { rowGroupSize: 150, pageSize: 300 }))
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), fc.nat(), fc.integer({ min: 1, max: 255 }), async (file, place, change) => {
        const data = Buffer.from(file)
        data[place % data.length] ^= change
        expect(await read(data, later)).toEqual(await read(data))
      }),
      { numRuns: 60, examples: [[files[1], 1822, 2]] }, // a data page with levels that says it is a dictionary
    )
  })

  test('a decompressor that is lost is no damage of the file', async () => {
    const lost: AheadOf = () => () => Promise.reject(new DecompressorLost('decompressing: gone'))
    expect(await read(parquet(TEXTS), lost)).toMatchObject({ error: 'decompressing: gone', bad: [] })
  })
})
