import type { ZSTDDecoder } from 'zstddec/stream'
import { PretokError } from '../errors.ts'
import type { Decompress } from './plainBlock.ts'

/** What zstddec's WebAssembly module exports; sizes and pointers are u32. Errors are sizes from 2^32 - 120 up, the negative error code. */
interface ZstdExports {
  memory: { readonly buffer: ArrayBuffer }
  malloc(bytes: number): number
  free(address: number): void
  ZSTD_createDCtx(): number
  ZSTD_freeDCtx(context: number): number
  ZSTD_decompressStream(context: number, output: number, input: number): number
  ZSTD_decompress(output: number, capacity: number, input: number, size: number): number
}

let loading: Promise<ZstdExports> | undefined

/** Whoever will decompress can load what that needs, and takes no time for it then. */
export const prepareZstd = async (): Promise<void> => void (await loadZstd())

/**
 * The module's own functions. Its streaming generator is not used: damaged input makes it yield empty blocks for ever, and one that is
 * abandoned never frees its memory.
 */
const loadZstd = (): Promise<ZstdExports> =>
  (loading ??= (async () => {
    let exports: unknown
    const { ZSTDDecoder: Decoder } = await import('zstddec/stream')
    class Loader extends Decoder {
      override _init(result: Parameters<ZSTDDecoder['_init']>[0]): void {
        super._init(result)
        exports = result.instance.exports
      }
    }
    await new Loader().init()
    return exports as ZstdExports
  })())

const OUTPUT_BYTES = 2 ** 18
const FIRST_ERROR = 2 ** 32 - 120

/** Error codes of zstd_errors.h that damaged files give. */
const ERRORS: Readonly<Record<number, string>> = {
  10: 'no frame begins here',
  14: 'the frame has a feature that is not supported',
  20: 'corrupted block',
  22: 'wrong checksum',
  32: 'it needs a dictionary',
  64: 'there is no memory for its window',
}
const NO_FRAME = 10
const NEEDS_DICTIONARY = 32
const WINDOW_TOO_LARGE = 16

/** Copies what is good only until the call returns. */
type Keep = (bytes: Uint8Array) => Uint8Array

/** Gives a function that decompresses data of known length, all at once; it throws if the data is damaged or of another length. */
export const loadZstdDecompressor = async (
  keep: Keep = (bytes) => bytes.slice(),
): Promise<(data: Uint8Array, length: number) => Uint8Array> => {
  const zstd = await loadZstd()
  return (data, length) => {
    const input = zstd.malloc(data.length)
    const output = zstd.malloc(length)
    try {
      if (input === 0 || output === 0) throw new Error('there is no memory')
      new Uint8Array(zstd.memory.buffer, input, data.length).set(data)
      const result = zstd.ZSTD_decompress(output, length, input, data.length) >>> 0
      if (result !== length) throw new Error(ERRORS[2 ** 32 - result] ?? 'wrong length')
      return keep(new Uint8Array(zstd.memory.buffer, output, length))
    } finally {
      zstd.free(input)
      zstd.free(output)
    }
  }
}

/** All in front of the frame that needs the window has been yielded. */
export class ZstdWindowTooLarge extends Error {
  /** Where that frame begins in the compressed bytes. */
  readonly frameStart: number

  constructor(frameStart: number) {
    super('a zstd window is larger than 128 MiB')
    this.frameStart = frameStart
  }
}

/** Zstandard (RFC 8878): frames one after another, frames to be skipped among them. Throws ZstdWindowTooLarge, too. */
export const decompressZstd: Decompress = async function* (readBlocks, damaged) {
  const zstd = await loadZstd()
  const context = zstd.ZSTD_createDCtx()
  const allocated: number[] = []
  const allocate = (bytes: number): number => {
    const address = zstd.malloc(bytes)
    if (address === 0) throw new PretokError('limit', `reading zstd data: there is no memory for ${bytes} bytes of it`)
    allocated.push(address)
    return address
  }
  let inputCapacity = 0
  let before = 0 // bytes of the blocks before
  let reported = 0
  let expects = 0 // what zstd would like to get next; 0 where a frame has ended
  let frameStart = 0
  const words = (address: number): Uint32Array => new Uint32Array(zstd.memory.buffer, address, 3)

  try {
    // struct ZSTD_inBuffer and ZSTD_outBuffer { void* data; size_t size; size_t position }
    const input = allocate(12)
    const output = allocate(12)
    const outputData = allocate(OUTPUT_BYTES)
    let inputData = 0
    for await (const block of readBlocks()) {
      if (block.length > inputCapacity) {
        inputData = allocate(block.length) // seldom: the last block is as large as the others, or smaller
        inputCapacity = block.length
      }
      new Uint8Array(zstd.memory.buffer, inputData, block.length).set(block)
      words(input).set([inputData, block.length, 0])
      for (let isFull = false, taken = 0; taken < block.length || isFull;) {
        if (expects === 0) frameStart = before + taken
        words(output).set([outputData, OUTPUT_BYTES, 0])
        const result = zstd.ZSTD_decompressStream(context, output, input) >>> 0
        const [, , read] = words(input)
        const [, , written] = words(output)
        if (result >= FIRST_ERROR) {
          const code = 2 ** 32 - result
          if (code === WINDOW_TOO_LARGE) {
            if (frameStart > reported) yield { bytes: Buffer.alloc(0), stored: frameStart - reported }
            throw new ZstdWindowTooLarge(frameStart)
          }
          const place = code === NO_FRAME ? before + taken : { behind: before + read }
          if (code === NEEDS_DICTIONARY) throw damaged('the zstd data needs a dictionary, and none is known here; decompress it first', place)
          throw damaged(`the zstd data is damaged (${ERRORS[code] ?? `error ${code}`})`, place)
        }
        if (read === taken && written === 0 && !isFull) throw damaged('the zstd data is damaged (no end of it)', before + read)
        // at 0 a frame has ended, and all of it is out: another call would ask for the next frame
        isFull = written === OUTPUT_BYTES && result !== 0
        taken = read
        expects = result
        if (written > 0) {
          yield { bytes: Buffer.from(zstd.memory.buffer, outputData, written), stored: before + taken - reported }
          reported = before + taken
        }
      }
      before += block.length
    }
    if (expects !== 0) throw damaged('the zstd data ends inside a frame', before)
    yield { bytes: Buffer.alloc(0), stored: before - reported }
  } finally {
    zstd.ZSTD_freeDCtx(context)
    for (const address of allocated) zstd.free(address)
  }
}
