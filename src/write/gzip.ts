import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { WriteBytes } from './atomicFile.ts'

/** Writes blocks, each good until the next one is asked for, in compressed form. */
export const writeGzip = (blocks: Iterable<Uint8Array>, write: WriteBytes): Promise<void> =>
  pipeline(blocks, copied, createGzip(), async (compressed: AsyncIterable<Buffer>) => {
    for await (const block of compressed) await write(block)
  })

/** Blocks that stay as they are. */
async function* copied(blocks: Iterable<Uint8Array>): AsyncGenerator<Buffer> {
  for (const block of blocks) yield Buffer.from(block)
}
