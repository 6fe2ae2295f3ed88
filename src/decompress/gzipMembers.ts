import { crc32, createInflateRaw } from 'node:zlib'

/*
 * Where the members of gzip data (RFC 1952) end: zlib goes from one to the next by itself, and does not tell. All is decompressed for that, so
 * it is for messages only.
 */

/** Bits of a header's flags, in the order in which what they stand for follows. */
const CHECKSUM = 2
const EXTRA = 4
const NAME = 8
const COMMENT = 16

/** No flag is as high. */
const RESERVED = 32

const DEFLATE = 8
const HEADER_BYTES = 10
const TRAILER_BYTES = 8

class Damage extends Error {}

/** Where the last member ends that is whole, as are all before it, and what stands there: another member, something else, or nothing. */
export const findWholeMembers = async (
  blocks: AsyncIterable<Buffer>,
): Promise<{ end: number; next: 'member' | 'other' | 'nothing' }> => {
  const input = new Input(blocks)
  let end = 0
  try {
    while (await beginsMember(input)) {
      await passMember(input)
      end = input.at
    }
    return { end, next: (await input.has(1)) ? 'other' : 'nothing' }
  } catch (error) {
    if (!(error instanceof Damage)) throw error
    return { end, next: 'member' }
  } finally {
    await input.close()
  }
}

class Input {
  /** How much has been taken. */
  at = 0
  /** What is there to be taken. */
  rest: Buffer = Buffer.alloc(0)
  private readonly blocks: AsyncIterator<Buffer>

  constructor(blocks: AsyncIterable<Buffer>) {
    this.blocks = blocks[Symbol.asyncIterator]()
  }

  /** Makes so many bytes be there, or fewer if that is all. */
  async has(bytes: number): Promise<boolean> {
    while (this.rest.length < bytes) {
      const { done, value } = await this.blocks.next()
      if (done === true) return false
      this.rest = Buffer.concat([this.rest, value]) // a copy: the reader uses its buffer again
    }
    return true
  }

  pass(bytes: number): void {
    this.at += bytes
    this.rest = this.rest.subarray(bytes)
  }

  async take(bytes: number): Promise<Buffer> {
    if (!(await this.has(bytes))) throw new Damage()
    const taken = this.rest.subarray(0, bytes)
    this.pass(bytes)
    return taken
  }

  async close(): Promise<void> {
    await this.blocks.return?.()
  }
}

const beginsMember = async (input: Input): Promise<boolean> =>
  (await input.has(2)) && input.rest[0] === 0x1f && input.rest[1] === 0x8b

const passMember = async (input: Input): Promise<void> => {
  await passHeader(input)
  const { checksum, length } = await inflate(input)
  const trailer = await input.take(TRAILER_BYTES)
  if (trailer.readUInt32LE(0) !== checksum || trailer.readUInt32LE(4) !== length % 2 ** 32) throw new Damage()
}

const passHeader = async (input: Input): Promise<void> => {
  let checksum = 0
  const take = async (bytes: number): Promise<Buffer> => {
    const taken = await input.take(bytes)
    checksum = crc32(taken, checksum)
    return taken
  }
  const [, , method, flags] = await take(HEADER_BYTES)
  if (method !== DEFLATE || flags >= RESERVED) throw new Damage()
  if (flags & EXTRA) await take((await take(2)).readUInt16LE())
  for (const flag of [NAME, COMMENT]) if (flags & flag) while ((await take(1))[0] !== 0);
  const wanted = checksum & 0xffff
  if (flags & CHECKSUM && (await input.take(2)).readUInt16LE() !== wanted) throw new Damage()
}

const inflate = async (input: Input): Promise<{ checksum: number; length: number }> => {
  const stream = createInflateRaw()
  let checksum = 0
  let length = 0
  stream.on('data', (plain: Buffer) => {
    checksum = crc32(plain, checksum)
    length += plain.length
  })
  let isDamaged = false
  let settle = (): void => {}
  const fail = (): void => {
    isDamaged = true
    settle()
  }
  stream.on('error', fail)
  const write = (block: Buffer): Promise<void> =>
    new Promise((resolve) => {
      settle = resolve
      stream.write(block, (error) => (error ? fail() : resolve()))
    })
  try {
    for (;;) {
      if (!(await input.has(1))) throw new Damage()
      const before = stream.bytesWritten
      const given = input.rest.length
      await write(input.rest)
      if (isDamaged) throw new Damage()
      const taken = stream.bytesWritten - before
      input.pass(taken)
      if (taken < given) return { checksum, length } // behind its end it takes nothing
    }
  } finally {
    stream.destroy()
  }
}
