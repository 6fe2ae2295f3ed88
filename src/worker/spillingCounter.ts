import { join } from 'node:path'
import { textMemory, type TextCounter } from '../count/counter.ts'
import { startCounter } from '../count/startCounter.ts'
import { mergeRunsInto } from '../merge/mergePartition.ts'
import type { HandedOver, WorkerCounts, WorkerTask } from '../messages.ts'
import { randomName } from '../random.ts'
import { emptyTally } from '../receipt/tally.ts'
import { partialPath, type PartialAbout } from '../spill/partial.ts'
import { newArrangedTable } from '../sort/arrangedTable.ts'
import { newSharedTable, type NewTable } from '../sort/tableMemory.ts'
import { makeFolderOfRuns, removeRun, writeRun, type RunWriter } from '../spill/runWriter.ts'
import type { Spill } from '../spill/sortedPieces.ts'
import { openSharedList } from '../sharedList.ts'
import type { InvalidRange, SkippedRecord, Tally, Task } from '../types.ts'

/** Larger tables are written to a run rather than copied for the main thread. */
const HANDED_OVER_SHARE = 1 / 2

/** For pieces that nobody wants. */
const SMALL_TABLE = 2 ** 25

/** A thread, or the main thread beside other things. */
export type WorkerPlace = 'thread' | 'main'

/** What a worker has counted: in its table, and in runs when that was full. */
export class SpillingCounter {
  counter!: TextCounter
  tally: Tally
  invalid: InvalidRange[] = []
  skippedRecords: SkippedRecord[] = []
  private readonly task: WorkerTask
  private readonly specialTokens: number
  /** Part of the names of files: a worker that takes the place of one that died must not write over what others have handed over. */
  private readonly id = randomName()
  private runs: string[] = []
  private runNumber = 0
  /** What the counter had counted when the last task was committed. */
  private before = { pieces: 0, dropped: 0, rewritten: 0 }

  private constructor(task: WorkerTask, specialTokens: number) {
    this.task = task
    this.specialTokens = specialTokens
    this.tally = emptyTally(specialTokens)
  }

  /** @param specialTokens number of special tokens */
  static async start(task: WorkerTask, specialTokens: number): Promise<SpillingCounter> {
    const counting = new SpillingCounter(task, specialTokens)
    const limits = { ...task.options, memoryBytes: task.memory.counting, spill: (pieces: Parameters<Spill>[0]) => counting.spill(pieces) }
    counting.counter = await startCounter(task.engine, limits)
    return counting
  }

  /** Another counter of the same kind, whose counts nobody wants: to find the place of an error, a chunk is counted once more. */
  startAnother(): Promise<TextCounter> {
    const { engine, options, memory } = this.task
    const memoryBytes = Math.min(memory.counting, 2 * textMemory(options) + SMALL_TABLE)
    return startCounter(engine, { ...options, memoryBytes, spill: () => {} })
  }

  /** The result of a worker that commits nothing. */
  result(where: WorkerPlace): WorkerCounts {
    const { counter, invalid, skippedRecords } = this
    counter.settle() // pieces that wait for a later stage are counted now, too: only then are its numbers whole
    const facts = { tally: this.wholeTally(), invalid, skippedRecords, memory: counter.memory }
    return { ...facts, ...this.handOver(where === 'thread' ? newSharedTable : newArrangedTable) }
  }

  private handOver(make: NewTable): HandedOver {
    const { counter, task } = this
    if (this.runs.length > 0 || counter.memory > task.memory.counting * HANDED_OVER_SHARE) {
      counter.drain()
      return { table: undefined, runs: this.runs }
    }
    return { table: counter.finish(make), runs: [] }
  }

  /** Writes the partial result of a task: a function of the task alone, whatever this worker had to spill. */
  commit(number: number, { start, end }: Task, partials: NonNullable<WorkerTask['partials']>): void {
    const { task, counter } = this
    const id = openSharedList(partials.ids).at(number)
    counter.settle() // pieces that wait for a later stage are counted now, too: only then are its numbers whole
    const about: PartialAbout = {
      id,
      tally: this.wholeTally(),
      invalid: this.invalid,
      skippedRecords: this.skippedRecords,
      skipped: task.skipped.flatMap(({ chunk, reason }) => (chunk >= start && chunk < end ? [{ chunk: chunk - start, reason }] : [])),
    }
    const pour = (run: RunWriter): PartialAbout => {
      this.pourInto(run)
      return about
    }
    writeRun(partialPath(partials.folder, id), pour, { durable: true, temporaryPath: join(this.folder(), `partial-${this.id}.tmp`) })
    this.beginTask()
  }

  /** Writes all that was counted since the last task, in one run: the table, or what was spilled with it. */
  private pourInto(run: RunWriter): void {
    const { task, counter, runs } = this
    if (runs.length > 0) {
      counter.drain()
      mergeRunsInto(run, runs, { memoryBytes: task.memory.merging, nameOf: (level) => this.pathOf(`level-${level}`) })
      return
    }
    this.spillTo = (handOver) => handOver((...record) => run.add(...record))
    try {
      counter.drain()
    } finally {
      this.spillTo = undefined
    }
  }

  private beginTask(): void {
    const { counter, runs } = this
    for (const run of runs) removeRun(run)
    this.runs = []
    this.tally = emptyTally(this.specialTokens)
    this.invalid = []
    this.skippedRecords = []
    this.before = { pieces: counter.pieces, dropped: counter.dropped, rewritten: counter.rewritten }
  }

  /** Where the table goes instead of a run of its own, while it is poured into another one. */
  private spillTo: Spill | undefined

  private spill(pieces: Parameters<Spill>[0]): void {
    if (this.spillTo !== undefined) return this.spillTo(pieces)
    const path = this.pathOf(`spill-${this.runNumber++}`)
    writeRun(path, (run) => pieces((partition, bytes, start, end, count) => run.add(partition, bytes, start, end, count)))
    this.runs.push(path)
  }

  private wholeTally(): Tally {
    const { counter, before, tally } = this
    return {
      ...tally,
      normalized: tally.normalized + counter.rewritten - before.rewritten,
      pieces: counter.pieces - before.pieces,
      dropped: counter.dropped - before.dropped,
    }
  }

  private pathOf(name: string): string {
    return join(this.folder(), `${name}-of-${this.id}.run`)
  }

  private folder(): string {
    const { folder } = this.task.memory
    makeFolderOfRuns(folder)
    return folder
  }
}
