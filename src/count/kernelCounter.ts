import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { PretokError } from '../errors.ts'
import { DEFAULT_LIMITS, type CountedPieces, type CounterLimits, type TextCounter } from './counter.ts'

/*
 * The automaton tier: packed tables (pattern/layout.ts) run by the WebAssembly kernel, which splits and counts in its own memory. Text is
 * copied there in batches; what a batch leaves undecided stays until more text or the document's end decides it.
 */

export interface KernelCounter extends TextCounter {
  /** Gives the counts so far and forgets them; text that is not decided yet stays. For spilling. */
  drain(): CountedPieces
}

interface Kernel {
  start(textBytes: number, endsBytes: number, pieceLimit: number, ...seed: bigint[]): number
  addPass(tables: number): number
  advance(length: number, endCount: number): number
  makeRoom(length: number, wanted: number): number
  allocate(bytes: number): number
  clearTable(): void
  text: WebAssembly.Global<'i32'>
  capacity: WebAssembly.Global<'i32'>
  ends: WebAssembly.Global<'i32'>
  counted: WebAssembly.Global<'i32'>
  slots: WebAssembly.Global<'i32'>
  slotCount: WebAssembly.Global<'i32'>
  used: WebAssembly.Global<'i32'>
  pieces: WebAssembly.Global<'i64'>
  dropped: WebAssembly.Global<'i64'>
}

const PAGE = 65536
const NO_MEMORY = -1
const PIECE_TOO_LONG = -2
/** Text is given to the kernel in batches of this many bytes: small enough to stay in the cache between splitting and counting. */
const BATCH = 1 << 16
const TEXT_BYTES = 3 * BATCH
const ENDS = 4096
/** Undecided text may be somewhat longer than the piece that comes out of it. */
const UNDECIDED_SLACK = 1 << 22
const SLOT_WORDS = 8
const LONG = 0xff

let compiled: WebAssembly.Module | undefined

const kernelModule = (): WebAssembly.Module => {
  // beside the compiled file, or in dist/ when this runs from its source
  const file = import.meta.url.endsWith('.ts') ? '../../dist/kernel/kernel.wasm' : '../kernel/kernel.wasm'
  return (compiled ??= new WebAssembly.Module(readFileSync(new URL(file, import.meta.url))))
}

/**
 * A counter that runs one pass per tables (from `compileStage`), in order. With no tables, each document is one piece.
 *
 * Its methods throw PretokError 'piece-too-long' for a piece above the limit, and 'limit' when 4 GiB of memory are full.
 */
export const createKernelCounter = (stages: readonly Uint8Array[], { maxPieceBytes }: Pick<CounterLimits, 'maxPieceBytes'> = DEFAULT_LIMITS): KernelCounter => {
  if (!(maxPieceBytes >= 1 && maxPieceBytes <= 2 ** 30)) throw new PretokError('usage', `a longest piece of ${maxPieceBytes} bytes: it must be from 1 byte to 1 GiB`)
  const memory = new WebAssembly.Memory({ initial: 2, maximum: PAGE })
  const kernel = new WebAssembly.Instance(kernelModule(), { env: { memory } }).exports as unknown as Kernel
  let bytes = new Uint8Array(memory.buffer)
  let words = new Uint32Array(memory.buffer)
  let length = 0 // of the text in the kernel's memory
  let advanced = 0 // how much of it has been given to the passes
  let lastEnd = 0 // where the last document ended
  let endCount = 0

  const check = (status: number): number => {
    if (status >= 0) {
      if (bytes.buffer !== memory.buffer) {
        bytes = new Uint8Array(memory.buffer)
        words = new Uint32Array(memory.buffer)
      }
      return status
    }
    if (status === PIECE_TOO_LONG) throw pieceTooLong(maxPieceBytes)
    if (status === NO_MEMORY) throw new PretokError('limit', 'counting: the kernel has no memory left (4 GiB is its limit)')
    throw new Error(`kernel status ${status}`)
  }
  /** Addresses above 2 GiB come as negative numbers. */
  const address = (value: number): number => value >>> 0

  const allocateFor = (data: Uint8Array): number => {
    const at = address(kernel.allocate(data.length))
    check(at === 0 ? NO_MEMORY : 0)
    bytes.set(data, at)
    return at
  }

  const advance = (): void => {
    if (advanced === length && endCount === 0) return
    check(kernel.advance(length, endCount))
    advanced = length
    endCount = 0
    if (length - kernel.counted.value > maxPieceBytes + UNDECIDED_SLACK) throw pieceTooLong(maxPieceBytes)
  }

  const makeRoom = (wanted: number): void => {
    if (length + wanted <= kernel.capacity.value) return
    advance()
    const kept = check(kernel.makeRoom(length, wanted))
    lastEnd -= length - kept
    length = kept
    advanced = kept
  }

  const drain = (): CountedPieces => {
    const drained = readSlots(bytes, words, address(kernel.slots.value), kernel.slotCount.value, kernel.used.value)
    kernel.clearTable()
    return drained
  }

  const seed = [...new BigUint64Array(Uint8Array.from(randomBytes(40)).buffer)]
  check(kernel.start(TEXT_BYTES, 4 * ENDS, maxPieceBytes, ...seed))
  for (const tables of stages) check(kernel.addPass(allocateFor(tables)))

  return {
    text(added) {
      for (let at = 0; at < added.length; ) {
        const part = wholeCodePoints(added, at, at + BATCH - (length - advanced))
        makeRoom(part.length)
        bytes.set(part, address(kernel.text.value) + length)
        length += part.length
        at += part.length
        if (length - advanced > BATCH - 4) advance()
      }
    },
    endDocument() {
      if (length === lastEnd) return
      words[(address(kernel.ends.value) >>> 2) + endCount++] = length
      lastEnd = length
      if (endCount === ENDS) advance()
    },
    get pieces() {
      advance()
      return Number(kernel.pieces.value)
    },
    get dropped() {
      advance()
      return Number(kernel.dropped.value)
    },
    get pending() {
      return length - kernel.counted.value
    },
    get memory() {
      return memory.buffer.byteLength
    },
    get distinct() {
      advance()
      return kernel.used.value
    },
    drain() {
      advance()
      return drain()
    },
    finish() {
      advance()
      if (kernel.counted.value !== length) throw new Error('finish: the last document was not ended')
      return drain()
    },
  }
}

const pieceTooLong = (limit: number): PretokError =>
  new PretokError('piece-too-long', `a pre-token, or text whose cuts cannot be decided yet, is longer than ${limit} bytes`)

/** The part of `bytes` from `start` to `end` or a little less, so that no code point is cut. At least one code point. */
const wholeCodePoints = (bytes: Uint8Array, start: number, end: number): Uint8Array => {
  if (end >= bytes.length) return bytes.subarray(start)
  while (end > start && (bytes[end] & 0xc0) === 0x80) end--
  return bytes.subarray(start, end)
}

/** The counting table's slots (kernel/table.ts) as plain arrays. */
const readSlots = (bytes: Uint8Array, words: Uint32Array, slots: number, slotCount: number, size: number): CountedPieces => {
  const starts = new Uint32Array(size + 1)
  const counts = new Float64Array(size)
  const first = slots >>> 2
  const end = first + slotCount * SLOT_WORDS
  const lengthOf = (slot: number): number => (words[slot + 3] >>> 24 === LONG ? words[slot + 6] : words[slot + 3] >>> 24)
  let entry = 0
  for (let slot = first; slot < end; slot += SLOT_WORDS) {
    const length = lengthOf(slot)
    if (length === 0) continue
    const count = words[slot + 4] + words[slot + 5] * 2 ** 32
    if (count > Number.MAX_SAFE_INTEGER) throw new PretokError('limit', 'counting: a count above 2^53, the largest exact number')
    counts[entry] = count
    starts[entry + 1] = starts[entry] + length
    entry++
  }
  const arena = new Uint8Array(starts[size])
  entry = 0
  for (let slot = first; slot < end; slot += SLOT_WORDS) {
    const length = lengthOf(slot)
    if (length === 0) continue
    const from = words[slot + 3] >>> 24 === LONG ? words[slot + 2] : slot << 2 >>> 0
    const to = starts[entry++]
    if (length > 32) arena.set(bytes.subarray(from, from + length), to)
    else for (let i = 0; i < length; i++) arena[to + i] = bytes[from + i]
  }
  return { arena, starts, counts, size }
}
