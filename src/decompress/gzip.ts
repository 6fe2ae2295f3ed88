import { createGunzip, gunzipSync, type ZlibOptions } from 'node:zlib'
import { PretokError } from '../errors.ts'
import { findWholeMembers } from './gzipMembers.ts'
import type { DamagePlace, Decompress, ReadBlocks } from './plainBlock.ts'
import { pump } from './pump.ts'

/** Smaller ones cost half of the speed (200 against 470 MB/s). */
const CHUNK = 2 ** 18
/** zlib, in Node's own threads, goes on when what it has made is taken: where the data is damaged, what was waiting would be lost. */
const WAITING = 1

/** Data of at most SMALL_BYTES that becomes at most LARGEST_SMALL is decompressed in one call: to start a stream takes ten times as long as to decompress 2 KB. */
const SMALL_BYTES = 2 ** 16
const LARGEST_SMALL = 2 ** 22

/** What gzip data holds, if it is small, and sound up to its end; undefined otherwise: then the stream is to be used, which tells what is wrong. */
export const gunzipSmall = async (readBlocks: ReadBlocks, size: number): Promise<Buffer | undefined> => {
  if (size > SMALL_BYTES) return undefined
  const parts: Buffer[] = []
  for await (const block of readBlocks()) parts.push(Buffer.from(block))
  const data = Buffer.concat(parts)
  try {
    // with `info` it gives what @types/node does not know of
    const { buffer, engine } = gunzipSync(data, {
      info: true,
      maxOutputLength: LARGEST_SMALL,
      chunkSize: chunkSizeFor(size),
    }) as unknown as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    return engine.bytesWritten === size ? buffer : undefined
  } catch {
    return undefined
  }
}

/** Text mostly becomes three times as long. */
const chunkSizeFor = (size: number): number => Math.min(CHUNK, 4 * size + 1024)

/** gzip (RFC 1952), of one member or several. Zeros behind it are passed over, as gzip does: tapes and some writers pad with them. */
export const decompressGzip: Decompress = async function* (readBlocks, damaged) {
  const stream = createGunzip({ chunkSize: CHUNK, readableHighWaterMark: WAITING } as ZlibOptions)
  const input = readBlocks()[Symbol.asyncIterator]()
  let length = 0
  let zerosFrom = 0 // all bytes from here on are zeros
  // a generator around the input, so that zlib closes this and not the input when it needs no more: what follows must still be read
  const counted = async function* () {
    for (let next = await input.next(); next.done !== true; next = await input.next()) {
      const end = behindLastByte(next.value)
      if (end > 0) zerosFrom = length + end
      length += next.value.length
      yield next.value
    }
  }
  try {
    yield* pump(counted(), stream, stream, () => stream.bytesWritten)
    for await (const _ of counted()); // zlib stops without a word at zeros that follow the last member
  } catch (error) {
    if (error instanceof PretokError) throw error
    const { end, next } = await findWholeMembers(readBlocks())
    if (end > 0 && next === 'other') throw damaged(BEHIND, { from: end }, error)
    throw damaged(`the gzip data is damaged (${(error as Error).message})`, placeOf(error as NodeJS.ErrnoException, end, stream.bytesWritten), error)
  } finally {
    await input.return?.()
  }
  if (zerosFrom > stream.bytesWritten) throw damaged(BEHIND, { from: stream.bytesWritten })
  yield { bytes: Buffer.alloc(0), stored: length - stream.bytesWritten }
}

/** zlib takes data in blocks, and does not tell how far it has come in one: only where a header should be, or the data ends, is known. */
const placeOf = ({ code, message }: NodeJS.ErrnoException, wholeUpTo: number, taken: number): DamagePlace => {
  if (code === 'Z_BUF_ERROR') return taken
  return HEADER_PROBLEMS.includes(message) ? wholeUpTo : { behind: Math.max(taken, wholeUpTo) }
}

const HEADER_PROBLEMS = ['incorrect header check', 'unknown compression method', 'unknown header flags set', 'header crc mismatch']

const BEHIND = 'there is something behind the gzip data'

/** Where the last byte ends that is not zero. */
const behindLastByte = (block: Buffer): number => {
  let end = block.length
  while (end > 0 && block[end - 1] === 0) end--
  return end
}
