import type { PlainBlock } from '../decompress/plainBlock.ts'
import { PretokError } from '../errors.ts'
import { ENCODING_HEAD_BYTES, mayBeOtherEncoding, otherEncoding } from '../format/encoding.ts'
import { foreignInside, HEAD_BYTES } from '../format/detect.ts'
import type { Chunk, Source } from '../types.ts'

/**
 * The blocks as they are. Throws 'data' at the beginning of a source that is text in another encoding than UTF-8.
 *
 * @param looksInside throws it also for compressed data in which there is no text
 */
export const inUtf8 = (
  blocks: AsyncGenerator<PlainBlock>,
  { path, compression }: Source,
  { start }: Chunk,
  looksInside: boolean,
): AsyncGenerator<PlainBlock> => (start > 0 ? blocks : checkHead(blocks, path, looksInside && compression !== 'none'))

async function* checkHead(blocks: AsyncGenerator<PlainBlock>, path: string, looksInside: boolean): AsyncGenerator<PlainBlock> {
  const head: Buffer[] = [] // kept back while it could be such data
  let length = 0
  let isKnown = false
  let stored = 0
  const check = (bytes: Buffer): void => {
    const foreign = looksInside ? foreignInside(bytes.subarray(0, HEAD_BYTES)) : undefined
    if (foreign !== undefined) throw foreignError(path, foreign)
    const encoding = otherEncoding(bytes.subarray(0, ENCODING_HEAD_BYTES))
    if (encoding !== undefined) throw encodingError(path, encoding)
    isKnown = true
  }
  const known = (): PlainBlock => {
    const bytes = Buffer.concat(head)
    check(bytes)
    return { bytes, stored }
  }
  for await (const block of blocks) {
    isKnown ||= length === 0 && block.bytes.length > 0 && !looksInside && !mayBeOtherEncoding(block.bytes[0])
    if (!isKnown && length === 0 && block.bytes.length >= HEAD_BYTES) check(block.bytes)
    if (isKnown) {
      // blocks without text may have come before, of frames to be skipped
      yield stored === 0 || length > 0 ? block : { bytes: block.bytes, stored: stored + block.stored }
      if (length === 0) stored = 0
      continue
    }
    head.push(Buffer.from(block.bytes))
    length += block.bytes.length
    stored += block.stored
    if (length >= HEAD_BYTES) yield known()
  }
  if (!isKnown) yield known()
}

const foreignError = (path: string, what: string): PretokError =>
  new PretokError(
    'data',
    `reading ${path}: inside its compression is ${what}, which is not read; decompress it first, or say with --format what it holds`,
  )

const encodingError = (path: string, encoding: string): PretokError =>
  new PretokError(
    'data',
    `reading ${path}: its byte-order mark says that it is ${encoding}, and UTF-8 is needed; iconv -f ${encoding} -t UTF-8 converts it`,
  )
