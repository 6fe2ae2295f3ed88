import type { Readable, Writable } from 'node:stream'
import type { PlainBlock } from './plainBlock.ts'

/**
 * Writes blocks into a stream and yields what comes out of another. A block waits in the stream while the one before is used up, so that the
 * stream need not wait for whoever looks at what has come out. Errors of the blocks come out as they are, in their turn.
 *
 * @param taken how many bytes have been taken in so far
 */
export async function* pump(
  blocks: AsyncIterable<Buffer>,
  input: Writable,
  output: Readable,
  taken: () => number,
): AsyncGenerator<PlainBlock> {
  // a write that is under way when the stream fails is never called back; whoever reads the output hears of the failure
  const underWay = new Set<() => void>()
  let isClosed = false
  input.once('close', () => {
    isClosed = true
    for (const settle of underWay) settle()
  })
  const write = (block: Buffer): Promise<void> =>
    new Promise((resolve) => {
      if (isClosed) return resolve()
      const settle = (): void => {
        underWay.delete(settle)
        resolve()
      }
      underWay.add(settle)
      input.write(block, settle)
    })
  let sourceError: unknown
  const copies = new Copies()
  const feed = async (): Promise<void> => {
    let before = Promise.resolve()
    try {
      for await (const block of blocks) {
        if (!input.writable) return
        const writing = write(copies.of(block)) // the reader uses its buffer again
        await before
        before = writing
      }
    } finally {
      await before
    }
    input.end()
  }
  const feeding = feed().catch((error: unknown) => {
    sourceError = error
    output.destroy()
  })
  let before = 0
  try {
    for await (const bytes of output as AsyncIterable<Buffer>) {
      const now = taken()
      yield { bytes, stored: now - before }
      before = now
    }
  } catch (error) {
    throw sourceError ?? error
  } finally {
    output.destroy()
    input.destroy()
    await feeding
  }
  yield { bytes: Buffer.alloc(0), stored: taken() - before }
}

/** Copies of blocks, each of which is good until the one after the next: new memory for each would take longer than copying does. */
class Copies {
  private readonly buffers = [Buffer.alloc(0), Buffer.alloc(0)]

  of(block: Buffer): Buffer {
    let buffer = this.buffers.shift()!
    if (buffer.length < block.length) buffer = Buffer.allocUnsafeSlow(block.length)
    this.buffers.push(buffer)
    block.copy(buffer)
    return buffer.subarray(0, block.length)
  }
}
