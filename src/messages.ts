import type { CountedPieces } from './sort/tableMemory.ts'
import type { Engine } from './count/engine.ts'
import type { ErrorCode } from './errors.ts'
import type { MergedPartitions, PartitionMerge, TableMerge } from './merge/mergePartition.ts'
import type { Sample } from './select/sample.ts'
import type { ReadingOptions } from './read/readRecords.ts'
import type { SharedListMemory } from './sharedList.ts'
import type { AddedToken, Chunk, InvalidRange, Pipeline, SkippedRecord, Source, Tally, Task } from './types.ts'

/*
 * Everything that passes between the main thread and the workers: a job to each worker, a result from it, and one piece of shared memory,
 * the board, on which the workers take tasks and tell how far they are.
 *
 * A task is a number of consecutive chunks: one, or with a run folder as many as make a partial result. A worker takes its next task by one
 * atomic add to the cursor, so no task is taken twice and none is left out. It notes the task as its own before it starts on it: when a
 * worker dies, the board tells which tasks went down with it, and which chunk it was at.
 */

export interface WorkerOptions extends ReadingOptions {
  sample?: Sample | undefined
  /** The limits on documents that the plan was made with. */
  maxBytes?: number | undefined
  maxDocuments?: number | undefined
  maxPieceBytes: number
}

/** What a worker may hold, and where it puts what is more. All in bytes. */
export interface WorkerMemory {
  /** For counting: text, tables, and handing over. */
  counting: number
  /** For merging what it has spilled. */
  merging: number
  /** The folder for what is spilled; made when it is needed. */
  folder: string
}

export interface WorkerTask {
  kind: 'count'
  normalizers: Pipeline['normalizers']
  engine: Engine
  /** The tokens to look for (added/addedTokens.ts, chooseTokens). */
  addedTokens: readonly AddedToken[]
  sources: SharedListMemory<Source>
  chunks: SharedListMemory<Chunk>
  tasks: SharedListMemory<Task>
  /** Chunks that are left out. */
  skipped: readonly FailedChunk[]
  options: WorkerOptions
  memory: WorkerMemory
  /** With a run folder: where the partial results are put, and the id of each task. */
  partials: { folder: string; ids: SharedListMemory<string> } | undefined
  board: BoardMemory
  /** This worker's place on the board, from 0. */
  slot: number
}

/** What a worker is asked to do: to count, or to merge partitions of what was spilled. */
export type WorkerJob = WorkerTask | MergeJob

/** Partitions are merged into files, or into tables. */
export type MergeJob = (PartitionMerge & { kind: 'merge' }) | (TableMerge & { kind: 'merge into tables' })

export type WorkerResult = WorkerCounts | WorkerFailure

/** What was counted. */
export interface HandedOver {
  /** The pieces in the order of their bytes, if they are few and none were spilled. */
  table: CountedPieces | undefined
  /** Run files with the pieces otherwise. With a run folder there are neither: all is in the partials. */
  runs: string[]
}

/** A chunk and why it failed. */
export interface FailedChunk {
  chunk: number
  reason: string
}

export interface WorkerCounts extends HandedOver {
  tally: Tally
  invalid: InvalidRange[]
  /** The first records that were left out. */
  skippedRecords: SkippedRecord[]
  /** Bytes that the worker's tables and buffers took at the end. */
  memory: number
}

/** Partitions that were merged, or why they were not. */
export type MergeResult = MergedPartitions | CountedPieces[] | MergeFailure
export type MergeFailure = Omit<WorkerFailure, 'failedChunk'>

/** A failure that the worker survived. (An Error that crosses threads loses its code, so it travels as plain data.) */
export interface WorkerFailure {
  /** Place in the list of chunks. */
  failedChunk: number
  code: ErrorCode | undefined
  message: string
}

/** By their places in the input, which is not always the order in which they are taken. */
export const compareChunks = (a: Chunk, b: Chunk): number => a.source - b.source || a.start - b.start

export interface BoardMemory {
  control: SharedArrayBuffer
  progress: SharedArrayBuffer
}

// control: int32 words, always accessed with Atomics
const CANCEL = 0 // number of a chunk + 1: who is at this one, or at one behind it in the input, is to stop at the next block; ALL: all are
const CURSOR = 1 // place in the queue of the next task to take
const QUEUE_LENGTH = 2
const TIGHT = 3 // 1: memory is short, tables must not grow any more
const HEADER = 4
// then: the queue (task numbers), the owner of each task (slot + 1, 0: not taken, -1: committed), the current chunk of each slot (chunk + 1,
// 0: none)
const COMMITTED = -1
const ALL = -1

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
  private readonly tasks: number

  constructor(memory: BoardMemory, tasks: number) {
    this.memory = memory
    this.tasks = tasks
    this.control = new Int32Array(memory.control)
    this.progress = new Float64Array(memory.progress)
  }

  /** @param queue numbers of the tasks to take, in order, out of `tasks` in all */
  static create(queue: readonly number[], tasks: number, slots: number): Board {
    const control = new SharedArrayBuffer(4 * (HEADER + 2 * tasks + slots))
    const board = new Board({ control, progress: new SharedArrayBuffer(8 * SLOT_WORDS * slots) }, tasks)
    board.control[QUEUE_LENGTH] = queue.length
    board.control.set(queue, HEADER)
    return board
  }

  cancel(): void {
    Atomics.store(this.control, CANCEL, ALL)
  }

  /** Stops the work on a chunk and what is behind it in the input; what is before it may still fail, and is then what failed first. */
  cancelFrom(chunk: number, chunkAt: (chunk: number) => Chunk): void {
    if (!this.isCancelled(chunk, chunkAt)) Atomics.store(this.control, CANCEL, chunk + 1)
  }

  isCancelled(chunk: number, chunkAt: (chunk: number) => Chunk): boolean {
    const from = Atomics.load(this.control, CANCEL)
    return from === ALL || (from !== 0 && compareChunks(chunkAt(chunk), chunkAt(from - 1)) >= 0)
  }

  /** Says that memory is short: no table is to grow any more. */
  tighten(): void {
    Atomics.store(this.control, TIGHT, 1)
  }

  get isTight(): boolean {
    return Atomics.load(this.control, TIGHT) === 1
  }

  /** Takes the next task for a slot; -1 if there are no more. */
  take(slot: number): number {
    const place = Atomics.add(this.control, CURSOR, 1)
    const task = place < Atomics.load(this.control, QUEUE_LENGTH) ? this.control[HEADER + place] : -1
    if (task !== -1) Atomics.store(this.control, this.ownerWord(task), slot + 1)
    Atomics.store(this.control, this.currentWord(slot), 0)
    return task
  }

  isTaken(task: number): boolean {
    return Atomics.load(this.control, this.ownerWord(task)) !== 0
  }

  /** Notes that a slot begins with a chunk of its task. */
  enter(slot: number, chunk: number): void {
    Atomics.store(this.control, this.currentWord(slot), chunk + 1)
  }

  /** Notes that the result of a task is safe, whatever happens to the worker. */
  commit(task: number): void {
    Atomics.store(this.control, this.ownerWord(task), COMMITTED)
  }

  isCommitted(task: number): boolean {
    return Atomics.load(this.control, this.ownerWord(task)) === COMMITTED
  }

  /** The tasks that a slot has taken and that are not committed. */
  takenBy(slot: number): number[] {
    const taken: number[] = []
    for (let task = 0; task < this.tasks; task++) if (Atomics.load(this.control, this.ownerWord(task)) === slot + 1) taken.push(task)
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

  private ownerWord(task: number): number {
    return HEADER + this.tasks + task
  }

  private currentWord(slot: number): number {
    return HEADER + 2 * this.tasks + slot
  }
}
