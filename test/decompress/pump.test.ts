import { PassThrough, Transform } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
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

async function* blocksAtOnce(texts: readonly string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text)
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

test('memory does not grow with the number of blocks', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const heap = (): number => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const stream = new PassThrough()
  const texts = Array.from({ length: 100_000 }, () => 'block')
  const before = heap()
  let most = 0
  let blocks = 0
  for await (const _ of pump(blocksAtOnce(texts), stream, stream, () => 0)) if (++blocks % 25_000 === 0) most = Math.max(most, heap() - before)
  expect(blocks).toBeGreaterThan(100_000 / 2)
  expect(most).toBeLessThan(8e6)
})

test('a stream that fails with a write under way ends the reading', async () => {
  const stream = new Transform({
    transform: () => void pause(5).then(() => stream.destroy(new Error('it is damaged'))), // and never calls back
  })
  const read = async (): Promise<void> => {
    for await (const _ of pump(blocksOf(BLOCKS), stream, stream, () => 0));
  }
  await expect(read()).rejects.toThrow('it is damaged')
})
