import type { Chunk, Compression } from '../types.ts'
import type { ReadAt } from './snapChunks.ts'

/*
 * Compressed files that are made of independent parts: the frames of pzstd, or of several .zst files one after another, and the members of
 * bgzip. A part is believed to begin where its header stands and its length, as the headers in it tell, leads to another part or to the end.
 * Where that is wrong for once, nothing is lost: what is decompressed up to a wrong border does not end there, which is an error.
 */

/** Where the part ends that begins at a position; undefined if none does. */
type FindEnd = (position: number) => Promise<number | undefined>

/** How many headers inside a part are read to find its end: more make it one that is not worth the search. */
const MAX_BLOCKS = 10_000
const WINDOW = 2 ** 18
/** A part is looked for as far behind a border as the first one is long, this many times. */
const REACH = 4
const LEAST_REACH = 2 ** 20

/** Moves the borders between the chunks of a compressed source to where parts begin; a border without one is given up. */
export const snapFrames = async (chunks: readonly Chunk[], compression: Compression, readAt: ReadAt): Promise<Chunk[]> => {
  const size = chunks.at(-1)!.end
  const whole = [{ ...chunks[0], end: size }]
  const kind = KINDS[compression]
  if (kind === undefined) return whole
  const findEnd = kind.findEnd(readAt, size)
  const first = await findEnd(0)
  if (first === undefined || first >= size) return whole
  const reach = Math.max(LEAST_REACH, REACH * first)
  const snapped = whole
  for (const { start, end } of chunks.slice(1)) {
    const part = await findPart(start, Math.min(end, start + reach), kind.mayBegin, findEnd, readAt)
    if (part === undefined) continue
    snapped.at(-1)!.end = part
    snapped.push({ ...chunks[0], start: part, end: size })
  }
  return snapped
}

/** A position in [from, to) at which a part begins. */
const findPart = async (
  from: number,
  to: number,
  mayBegin: (bytes: Buffer, at: number) => boolean,
  findEnd: FindEnd,
  readAt: ReadAt,
): Promise<number | undefined> => {
  for (let at = from; at < to; at += WINDOW) {
    const bytes = await readAt(at, Math.min(WINDOW, to - at) + HEADER)
    for (let i = 0; i < Math.min(WINDOW, to - at); i++) if (mayBegin(bytes, i) && (await findEnd(at + i)) !== undefined) return at + i
  }
  return undefined
}

/** Types of blocks: one byte that is repeated, and none that there is. */
const RLE = 1
const RESERVED = 3

/** Bytes that tell whether a part may begin. */
const HEADER = 18

const ZSTD_MAGIC = 0xfd2fb528
const isSkippable = (magic: number): boolean => magic >>> 4 === 0x184d2a5

const mayBeginZstd = (bytes: Buffer, at: number): boolean => {
  if (at + 4 > bytes.length || (bytes[at] !== 0x28 && bytes[at] >>> 4 !== 5)) return false
  const magic = bytes.readUInt32LE(at)
  return magic === ZSTD_MAGIC || isSkippable(magic)
}

/** RFC 8878: a frame is its header, blocks with their lengths, and perhaps a checksum. */
const zstdEnd =
  (readAt: ReadAt, size: number): FindEnd =>
  async (position) => {
    const head = await readAt(position, HEADER)
    if (!mayBeginZstd(head, 0) || head.length < 9) return undefined
    const end = isSkippable(head.readUInt32LE()) ? position + 8 + head.readUInt32LE(4) : await zstdFrameEnd(position, head, readAt)
    return end !== undefined && (end === size || (end < size && mayBeginZstd(await readAt(end, 4), 0))) ? end : undefined
  }

const zstdFrameEnd = async (position: number, head: Buffer, readAt: ReadAt): Promise<number | undefined> => {
  const descriptor = head[4]
  const isSingleSegment = ((descriptor >> 5) & 1) === 1
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]
  const hasReservedBit = ((descriptor >> 3) & 1) === 1
  if (hasReservedBit) return undefined
  let at = position + 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3] + sizeBytes
  for (let blocks = 0; blocks < MAX_BLOCKS; blocks++) {
    const block = await readAt(at, 3)
    if (block.length < 3) return undefined
    const header = block.readUIntLE(0, 3)
    const [isLast, type, length] = [header & 1, (header >> 1) & 3, header >> 3]
    if (type === RESERVED) return undefined
    at += 3 + (type === RLE ? 1 : length)
    if (isLast === 1) return at + (((descriptor >> 2) & 1) === 1 ? 4 : 0)
  }
  return undefined
}

/** The header of a member of bgzip (SAM specification, 4.1): gzip with an extra field BC that holds the member's length. */
const mayBeginBgzf = (bytes: Buffer, at: number): boolean =>
  at + HEADER <= bytes.length && bytes.readUInt32BE(at) === 0x1f8b0804 && bytes.readUInt32BE(at + 12) === 0x42430200

const bgzfEnd =
  (readAt: ReadAt, size: number): FindEnd =>
  async (position) => {
    const head = await readAt(position, HEADER)
    if (!mayBeginBgzf(head, 0)) return undefined
    const end = position + head.readUInt16LE(16) + 1
    return end === size || (end < size && mayBeginBgzf(await readAt(end, HEADER), 0)) ? end : undefined
  }

const KINDS: Partial<
  Record<Compression, { mayBegin: (bytes: Buffer, at: number) => boolean; findEnd: (readAt: ReadAt, size: number) => FindEnd }>
> = {
  zstd: { mayBegin: mayBeginZstd, findEnd: zstdEnd },
  gzip: { mayBegin: mayBeginBgzf, findEnd: bgzfEnd },
}
