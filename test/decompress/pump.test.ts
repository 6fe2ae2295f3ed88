import { Transform } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { pump } from '../../src/decompress/pump.ts'

const BLOCKS = ['one', 'more', 'comes', 'behind', 'another']

const pause = async (turns: number): Promise<void> => {
  for (let i = 0; i < turns; i++) await setImmediate()
}

/** A stream that takes a while for each block; `begun` are those that it has begun with. */
const slowStream = () => {
  const begun: string[] = []
  const stream = new Transform({
    readableHighWaterMark: 1,
    transform(block: Buffer, _, done) {
      begun.push(block.toString())
      void pause(5).then(() => done(null, block.toString().toUpperCase()))
    },
  })
  return { stream, begun }
}

/** In one buffer, as from a file. */
async function* blocksOf(texts: readonly string[], failure?: Error): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(10)
  for (const text of texts) {
    await setImmediate()
    yield buffer.subarray(0, buffer.write(text))
  }
  if (failure !== undefined) throw failure
}

test('while a block is looked at, the stream has begun with the next one', async () => {
  const { stream, begun } = slowStream()
  const taken: string[] = []
  for await (const { bytes } of pump(blocksOf(BLOCKS), stream, stream, () => 0)) {
    if (bytes.length === 0) continue
    taken.push(bytes.toString())
    expect(begun).toEqual(BLOCKS.slice(0, taken.length + 1))
    await pause(10)
  }
  expect(taken).toEqual(BLOCKS.map((block) => block.toUpperCase()))
})

test('an error of the blocks comes behind what came before it', async () => {
  const { stream } = slowStream()
  const taken: string[] = []
  const read = async (): Promise<void> => {
    for await (const { bytes } of pump(blocksOf(BLOCKS, new Error('no more')), stream, stream, () => 0)) {
      await pause(10)
      taken.push(bytes.toString())
    }
  }
  await expect(read()).rejects.toThrow('no more')
  expect(taken).toEqual(BLOCKS.map((block) => block.toUpperCase()))
})
