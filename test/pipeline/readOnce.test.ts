import { expect, test, vi } from 'vitest'
import * as metadata from '../../src/parquet/metadata.ts'
import { pretokenize } from '../../src/pipeline.ts'
import { parquet } from '../support/parquet.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { file } = temporaryFolder()

test('the metadata of a Parquet file are read once to plan, and once by who counts its chunks', async () => {
  const read = vi.spyOn(metadata, 'readParquetMetadata')
  const path = file('a.parquet', parquet(Array.from({ length: 3000 }, (_, i) => `text ${i}`)))
  const counts = await pretokenize(path, [], { chunkBytes: 3000 })
  expect(counts.receipt!.chunks).toBeGreaterThan(5)
  expect(counts.get('text')).toBe(3000)
  expect(read).toHaveBeenCalledTimes(2)
})
