import { PretokError } from '../errors.ts'
import type { NormalizeExports } from '../normalize/kernel.ts'
import { NO_MEMORY, PIECE_TOO_LONG } from './kernelLayout.ts'
import { pieceTooLong } from './pieceTooLong.ts'
import { findSyncPairs } from './syncPairs.ts'
import { openTables } from './tables.ts'
import { loadWasm, MAX_PAGES, PAGE_BYTES, reserveMemory } from '../loadWasm.ts'

/** What kernel.wasm exports (src/kernel/index.ts lists where they are described). Addresses above 2 GiB come as negative numbers. */
export interface KernelExports {
  start(textBytes: number, endsBytes: number): number
  setLimits(limit: bigint, textBytes: bigint): void
  startCounting(pieceLimit: number, ...seed: bigint[]): number
  startCollecting(): number
  addPass(tables: number, syncPairs: number): number
  advance(length: number, endCount: number): number
  setTokens(trie: number): void
  advanceFinding(from: number, length: number, isLast: 0 | 1, last: number): number
  startRaw(): void
  setRawEnds(at: number, count: number): void
  noteText(): void
  setClasses: NormalizeExports['setClasses']
  setMap: NormalizeExports['setMap']
  setPairs(address: number, areOfClusters: number): void
  setPrefix(address: number, bytes: number): void
  setInitial(address: number, bytes: number): void
  passInitial(): void
  setStripping(starts: 0 | 1, ends: 0 | 1): void
  setStrippingOfEnds(value: 0 | 1): void
  noteSolid(length: number): void
  setInRun(value: 0 | 1): void
  advanceRaw(at: number, end: number, isLast: 0 | 1, length: number, lastEnd: number): number
  addPiece(start: number, length: number, times: number): number
  startTellingFirst(): number
  setStart(position: number, isStart: 0 | 1): void
  makeRoom(length: number, wanted: number): number
  allocate(bytes: number): number
  release(start: number, bytes: number): void
  clearTable(): void
  sortTable(isPartitioned: 0 | 1): void
  sortedBytes(): bigint
  readSorted(first: number, to: number, end: number): number
  partitionEnds: WebAssembly.Global<'i32'>
  text: WebAssembly.Global<'i32'>
  capacity: WebAssembly.Global<'i32'>
  ends: WebAssembly.Global<'i32'>
  counted: WebAssembly.Global<'i32'>
  dropped: WebAssembly.Global<'i64'>
  list: WebAssembly.Global<'i32'>
  listEnd: WebAssembly.Global<'i32'>
  found: WebAssembly.Global<'i32'>
  foundBytes: WebAssembly.Global<'i32'>
  pieceBytes: WebAssembly.Global<'i32'>
  foundLast: WebAssembly.Global<'i32'>
  textLength: WebAssembly.Global<'i32'>
  lastEnd: WebAssembly.Global<'i32'>
  leftEnd: WebAssembly.Global<'i32'>
  isInRun: WebAssembly.Global<'i32'>
  solidEnd: WebAssembly.Global<'i32'>
  isInitialDue: WebAssembly.Global<'i32'>
  isOpen: WebAssembly.Global<'i32'>
  isTextBefore: WebAssembly.Global<'i32'>
  isTextBehind: WebAssembly.Global<'i32'>
  textsBetween: WebAssembly.Global<'i32'>
  putBytes: WebAssembly.Global<'i32'>
  slots: WebAssembly.Global<'i32'>
  slotCount: WebAssembly.Global<'i32'>
  used: WebAssembly.Global<'i32'>
  pieces: WebAssembly.Global<'i64'>
}

/** A kernel with a memory of its own. */
export interface Kernel {
  exports: KernelExports
  /** Views of its memory, up to date. */
  readonly bytes: Uint8Array
  readonly words: Uint32Array
  /** Passes a status on, or throws the error that it stands for. */
  check(status: number): number
  allocate(bytes: number): number
}

export interface KernelOptions {
  /** Room for text at first. */
  textBytes: number
  /** How many document ends can be given at a time. */
  maxEnds: number
  /** For the messages of `check`. */
  maxPieceBytes?: number
  memoryBytes?: number | undefined
  /** Called while the kernel counts, when its table is full: sorts it, takes the counts and clears it. False: nobody takes them. */
  spill?: () => boolean
  /** Is told the pieces with which documents begin, before they are counted, if `startTellingFirst` has been called. */
  first?: (start: number, length: number) => void
}

/**
 * Starts a kernel that runs one pass per tables (from `compileStage`), in order.
 *
 * @throws PretokError 'limit' if there is no memory; so does `check`, and 'piece-too-long'
 */
export const startKernel = (
  stages: readonly Uint8Array[],
  { textBytes, maxEnds, maxPieceBytes = Infinity, memoryBytes, spill = () => false, first = () => {} }: KernelOptions,
): Kernel => {
  const memory = reserveMemory(2, MAX_PAGES)
  const exports = new WebAssembly.Instance(loadWasm('kernel'), { env: { memory }, table: { spill }, firsts: { first } }).exports as unknown as KernelExports
  let bytes = new Uint8Array(memory.buffer)
  let words = new Uint32Array(memory.buffer)
  const refresh = (): void => {
    if (bytes.length > 0) return // when the memory grows, this buffer is detached
    bytes = new Uint8Array(memory.buffer)
    words = new Uint32Array(memory.buffer)
  }
  const kernel: Kernel = {
    exports,
    get bytes() {
      refresh()
      return bytes
    },
    get words() {
      refresh()
      return words
    },
    check(status) {
      if (status === PIECE_TOO_LONG) throw pieceTooLong(maxPieceBytes)
      if (status === NO_MEMORY) throw noMemory(memoryBytes)
      return status
    },
    allocate(size) {
      const address = exports.allocate(size) >>> 0
      kernel.check(address === 0 ? NO_MEMORY : 0)
      return address
    },
  }
  kernel.check(exports.start(textBytes, 4 * maxEnds))
  for (const tables of stages) {
    const address = kernel.allocate(tables.length)
    kernel.bytes.set(tables, address)
    kernel.check(exports.addPass(address, putSyncPairs(kernel, tables)))
  }
  return kernel
}

const noMemory = (memoryBytes: number | undefined): PretokError =>
  new PretokError(
    'limit',
    memoryBytes === undefined || memoryBytes >= MAX_PAGES * PAGE_BYTES
      ? 'splitting and counting: the kernel has no memory left: 4 GiB is its limit, and the system may give less'
      : `splitting and counting: ${memoryBytes} bytes of memory are not enough for text that cannot be cut yet, or the system gives less; --max-memory-gb gives more`,
  )

/** The address of a stage's pairs (syncPairs.ts), or 0 if it has none. They are for long stretches of text that the machine reads. */
const putSyncPairs = (kernel: Kernel, tables: Uint8Array): number => {
  const opened = openTables(tables)
  const pairs = opened.hasFamily ? undefined : findSyncPairs(opened)
  if (pairs === undefined) return 0
  const address = kernel.allocate(pairs.byteLength)
  kernel.words.set(pairs, address >>> 2)
  return address
}
