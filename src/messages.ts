import type { CountedPieces } from './count/counter.ts'
import type { Engine } from './count/engine.ts'
import type { ErrorCode } from './errors.ts'
import type { ReadingOptions } from './read/readRecords.ts'
import type { AddedToken, Chunk, ErrorPolicy, InvalidRange, Pipeline, SkippedRecord, Source, Tally } from './types.ts'

/*
 * Everything that passes between the main thread and the workers: a task to each worker, a result from it, and one piece of shared memory,
 * the board, on which the workers take chunks and tell how far they are.
 *
 * A worker takes its next chunk by one atomic add to the cursor, so no chunk is taken twice and none is left out. It notes the chunk as
 * its own before it starts on it: when a worker dies, the board tells which chunks went down with it, and which one it was at.
 */

export interface WorkerOptions extends ReadingOptions {
  errors: ErrorPolicy
  /** A record that cannot be read fails its chunk, or is left out. */
  onError: 'fail' | 'skip'
  maxPieceBytes: number
}

export interface WorkerTask {
  normalizers: Pipeline['normalizers']
  engine: Engine
  /** The tokens to look for (added/addedTokens.ts, chooseTokens). */
  addedTokens: readonly AddedToken[]
  sources: readonly Source[]
  chunks: readonly Chunk[]
  options: WorkerOptions
  board: BoardMemory
  /** This worker's place on the board, from 0. */
  slot: number
}

export type WorkerResult = WorkerCounts | WorkerFailure

export interface WorkerCounts extends CountedPieces {
  tally: Tally
  invalid: InvalidRange[]
  /** The first records that were left out. */
  skippedRecords: SkippedRecord[]
  /** Bytes that the worker's tables and buffers took at the end. */
  memory: number
}

/** A failure that the worker survived. (An Error that crosses threads loses its code, so it travels as plain data.) */
export interface WorkerFailure {
  /** Place in the list of chunks. */
  failedChunk: number
  code: ErrorCode | undefined
  message: string
}

export interface BoardMemory {
  control: SharedArrayBuffer
  progress: SharedArrayBuffer
}

// control: int32 words, always accessed with Atomics
const CANCEL = 0 // 1: stop at the next block
const CURSOR = 1 // place in the queue of the next chunk to take
const QUEUE_LENGTH = 2
const HEADER = 3
// then: the queue (chunk numbers), the owner of each chunk (slot + 1, 0: not taken), the current chunk of each slot (chunk + 1, 0: none)

// progress: float64 words, SLOT_WORDS for each slot, each written by one worker only and read for display only: plain accesses will do
const SLOT_WORDS = 5

export interface SlotProgress {
  bytes: number
  documents: number
  pieces: number
  distinct: number
  /** Bytes of memory that the worker accounts for. */
  memory: number
}

export class Board {
  readonly memory: BoardMemory
  private readonly control: Int32Array
  private readonly progress: Float64Array
  private readonly chunks: number

  constructor(memory: BoardMemory, chunks: number) {
    this.memory = memory
    this.chunks = chunks
    this.control = new Int32Array(memory.control)
    this.progress = new Float64Array(memory.progress)
  }

  /** @param queue numbers of the chunks to take, in order, out of `chunks` in all */
  static create(queue: readonly number[], chunks: number, slots: number): Board {
    const control = new SharedArrayBuffer(4 * (HEADER + 2 * chunks + slots))
    const board = new Board({ control, progress: new SharedArrayBuffer(8 * SLOT_WORDS * slots) }, chunks)
    board.control[QUEUE_LENGTH] = queue.length
    board.control.set(queue, HEADER)
    return board
  }

  cancel(): void {
    Atomics.store(this.control, CANCEL, 1)
  }

  get isCancelled(): boolean {
    return Atomics.load(this.control, CANCEL) === 1
  }

  /** Takes the next chunk for a slot; -1 if there are no more. */
  take(slot: number): number {
    const place = Atomics.add(this.control, CURSOR, 1)
    const chunk = place < Atomics.load(this.control, QUEUE_LENGTH) ? this.control[HEADER + place] : -1
    if (chunk !== -1) Atomics.store(this.control, this.ownerWord(chunk), slot + 1)
    Atomics.store(this.control, this.currentWord(slot), chunk + 1)
    return chunk
  }

  /** The chunks that a slot has taken. */
  takenBy(slot: number): number[] {
    const taken: number[] = []
    for (let chunk = 0; chunk < this.chunks; chunk++) if (Atomics.load(this.control, this.ownerWord(chunk)) === slot + 1) taken.push(chunk)
    return taken
  }

  /** The chunk that a slot is at; -1 if it is at none. */
  currentOf(slot: number): number {
    return Atomics.load(this.control, this.currentWord(slot)) - 1
  }

  report(slot: number, { bytes, documents, pieces, distinct, memory }: SlotProgress): void {
    this.progress.set([bytes, documents, pieces, distinct, memory], slot * SLOT_WORDS)
  }

  progressOf(slot: number): SlotProgress {
    const [bytes, documents, pieces, distinct, memory] = this.progress.subarray(slot * SLOT_WORDS, (slot + 1) * SLOT_WORDS)
    return { bytes, documents, pieces, distinct, memory }
  }

  private ownerWord(chunk: number): number {
    return HEADER + this.chunks + chunk
  }

  private currentWord(slot: number): number {
    return HEADER + 2 * this.chunks + slot
  }
}
