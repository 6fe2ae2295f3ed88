import type { PlainBlock } from '../decompress/plainBlock.ts'
import { PretokError } from '../errors.ts'
import { ENCODING_HEAD_BYTES, mayBeOtherEncoding, otherEncoding } from '../format/encoding.ts'
import type { Chunk, Source } from '../types.ts'

/** The blocks as they are. Throws 'data' at the beginning of a source that is text in another encoding than UTF-8. */
export const inUtf8 = (blocks: AsyncGenerator<PlainBlock>, { path }: Source, { start }: Chunk): AsyncGenerator<PlainBlock> =>
  start > 0 ? blocks : checkHead(blocks, path)

async function* checkHead(blocks: AsyncGenerator<PlainBlock>, path: string): AsyncGenerator<PlainBlock> {
  const head: Buffer[] = [] // kept back while it could be such text
  let length = 0
  let isKnown = false
  let stored = 0
  const known = (): PlainBlock => {
    const bytes = Buffer.concat(head)
    const encoding = otherEncoding(bytes.subarray(0, ENCODING_HEAD_BYTES))
    if (encoding !== undefined) throw encodingError(path, encoding)
    isKnown = true
    return { bytes, stored }
  }
  for await (const block of blocks) {
    isKnown ||= length === 0 && block.bytes.length > 0 && !mayBeOtherEncoding(block.bytes[0])
    if (isKnown) {
      yield block
      continue
    }
    head.push(Buffer.from(block.bytes))
    length += block.bytes.length
    stored += block.stored
    if (length >= ENCODING_HEAD_BYTES) yield known()
  }
  if (!isKnown) yield known()
}

const encodingError = (path: string, encoding: string): PretokError =>
  new PretokError(
    'data',
    `reading ${path}: its byte-order mark says that it is ${encoding}, and UTF-8 is needed; iconv -f ${encoding} -t UTF-8 converts it`,
  )
