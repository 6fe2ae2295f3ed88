import { PretokError, throwIfStopped } from '../errors.ts'
import {
  Board,
  compareChunks,
  type FailedChunk,
  type WorkerCounts,
  type WorkerFailure,
  type WorkerResult,
  type WorkerTask,
} from '../messages.ts'
import type { Chunk, Task } from '../types.ts'
import type { Threads } from './threads.ts'

export interface Rounds {
  chunks: readonly Chunk[]
  tasks: readonly Task[]
  /** Those that are to be done. */
  queue: readonly number[]
  slots: number
  taskFor(board: Board, slot: number, skipped: readonly FailedChunk[]): WorkerTask
  /** Starts the threads of one round. */
  start(slots: number): Threads
  /** A chunk that fails for good fails the run, or is left out. */
  onError: 'fail' | 'skip'
  /** A name for a chunk in messages. */
  describe(chunk: number): string
  /** Called when a round starts, to watch its board; `queue` are the tasks that it has to do. */
  onRound(board: Board, slots: number, queue: readonly number[]): void
  onRetry(failed: FailedChunk): void
  /**
   * The run has failed, but another round follows: chunks before the failure that nobody has looked at yet may fail, too, and the first failure in
   * the input is the one to tell of.
   */
  onLost(failure: WorkerFailure): void
  /** Given with a run folder, which keeps what is done: then a chunk that fails for good fails its file only, and the run goes on with the other files. */
  files?: Files | undefined
  signal?: AbortSignal | undefined
}

export interface Files {
  ofChunk(chunk: number): number
  ofTask(task: number): readonly number[]
  /** Called at once when a file fails for good; the run goes on with the others. */
  onFailure(failure: WorkerFailure): void
}

export interface RoundsResult {
  counts: WorkerCounts[]
  retried: FailedChunk[]
  skipped: FailedChunk[]
  /** The files that failed for good, by their numbers. Tasks that have one of them are not done. */
  failed: Map<number, PretokError>
  /** Settles when all threads have ended, and given their memory back. */
  closed: Promise<unknown>
}

/** A worker's failures that another attempt could mend: its death, an unexpected exception, an error of the device. */
const isWorthRetrying = ({ code }: Pick<WorkerFailure, 'code'>): boolean => code === undefined || code === 'input'

/** Whether a chunk may be left out. That would not help when a disk is full. */
const isSkippable = ({ onError }: Rounds, { failedChunk, code }: WorkerFailure): boolean =>
  onError === 'skip' && failedChunk !== -1 && code !== 'output'

/** Whether a worker was told to stop, or the run has been stopped, so that its failure does not matter any more. */
const isStopped = ({ signal }: Rounds, { code }: WorkerFailure): boolean => code === 'interrupted' || signal?.aborted === true

/**
 * Does all tasks in rounds: in each, workers take tasks until none are left. What a failed worker had taken and not committed goes into the
 * next round, because its counts are lost with it. A chunk at which a worker failed is tried once more; if it fails again, it fails the run (or is skipped). So a run
 * ends with every chunk counted exactly once, or with an error, or with the chunk listed as skipped. The error is that of the first chunk, in
 * the order of the input, that fails for good; so what stands before a failure is still counted. With a run folder, a file that failed is listed
 * instead, and the run goes on with the others.
 */
export const runRounds = async (rounds: Rounds): Promise<RoundsResult> => {
  const result: RoundsResult = { counts: [], retried: [], skipped: [], failed: new Map(), closed: Promise.resolve() }
  let pending = [...rounds.queue]
  const hasFailed = new Set<number>()
  let lost: WorkerFailure | undefined
  while (pending.length > 0 && result.failed.size < MOST_FILES_FAILED) {
    await result.closed // the threads of the last round must be gone, or there would be more at a time than there may be
    const { counts, failures, left, untaken, closed } = await runRound(rounds, pending, result.skipped, lost)
    result.closed = closed
    result.counts.push(...counts)
    const toRetry = new Set<number>()
    const hadFailed = new Set(hasFailed)
    pending = left
    for (const failure of failures) {
      const { failedChunk, message } = failure
      const failed = { chunk: failedChunk, reason: message }
      // workers that die before they take a chunk are noted under -1: that, too, may happen in one round, to however many
      const isFinal = hadFailed.has(failedChunk) || !isWorthRetrying(failure)
      hasFailed.add(failedChunk)
      if (!isFinal) {
        toRetry.add(failedChunk)
        result.retried.push(failed)
        rounds.onRetry(failed)
      } else if (isSkippable(rounds, failure)) {
        result.skipped.push(failed)
      } else if (isOfFile(rounds, failure)) {
        const file = rounds.files.ofChunk(failedChunk)
        if (!result.failed.has(file)) result.failed.set(file, finalError(rounds, failure))
        pending = pending.filter((task) => !rounds.files!.ofTask(task).includes(file))
      } else if (failure.code === 'output') throw finalError(rounds, failure)
      else lost = firstOf(rounds, lost, failure)
    }
    if (lost === undefined) continue
    const { failedChunk } = lost
    pending = left.filter((task) => isBefore(rounds, task, failedChunk) && (untaken.has(task) || holdsAny(rounds, task, toRetry)))
    if (pending.length === 0) throw finalError(rounds, lost)
    if (failures.length > 0) rounds.onLost(lost)
  }
  return result
}

/** The failure that stands first in the input; one at no chunk (-1) comes before all. */
const firstOf = (rounds: Rounds, a: WorkerFailure | undefined, b: WorkerFailure): WorkerFailure =>
  a === undefined || compareFailures(rounds, b, a) < 0 ? b : a

const compareFailures = ({ chunks }: Rounds, { failedChunk: a }: WorkerFailure, { failedChunk: b }: WorkerFailure): number =>
  a === -1 || b === -1 ? a - b : compareChunks(chunks[a], chunks[b])

/** Whether some of a task stands before a chunk. */
const isBefore = ({ chunks, tasks }: Rounds, task: number, chunk: number): boolean =>
  chunk !== -1 && chunks.slice(tasks[task].start, tasks[task].end).some((own) => compareChunks(own, chunks[chunk]) < 0)

const holdsAny = ({ tasks }: Rounds, task: number, chunks: ReadonlySet<number>): boolean =>
  [...chunks].some((chunk) => chunk === -1 || (chunk >= tasks[task].start && chunk < tasks[task].end))

/** So many files do not fail by chance. Then the run ends: nobody should have to wait until all have failed. */
export const MOST_FILES_FAILED = 100

/** Whether a failure is that of a file, and other files can be gone on with. */
const isOfFile = (rounds: Rounds, { failedChunk, code }: WorkerFailure): rounds is Rounds & { files: Files } =>
  rounds.files !== undefined && failedChunk !== -1 && code !== 'output'

const finalError = (rounds: Rounds, { failedChunk, code, message }: WorkerFailure): PretokError => {
  if (code !== undefined) return new PretokError(code, message)
  const what = failedChunk === -1 ? 'workers failed before they had anything to count, and others in their place' : `a worker failed twice at ${rounds.describe(failedChunk)}`
  return new PretokError('worker', `counting: ${what}: ${message}`)
}

interface RoundResult {
  counts: WorkerCounts[]
  failures: WorkerFailure[]
  /** Tasks that no surviving worker has done. */
  left: number[]
  /** Those of them that nobody has begun. */
  untaken: Set<number>
  closed: Promise<unknown>
}

/** @param lost how the run has failed already */
const runRound = async (
  rounds: Rounds,
  queue: readonly number[],
  skipped: readonly FailedChunk[],
  lost: WorkerFailure | undefined,
): Promise<RoundResult> => {
  const slots = Math.min(rounds.slots, queue.length)
  const board = Board.create(queue, rounds.tasks.length, slots)
  const cancel = (): void => board.cancel()
  if (lost !== undefined) board.cancelFrom(lost.failedChunk, (chunk) => rounds.chunks[chunk])
  rounds.signal?.addEventListener('abort', cancel)
  const { run, close } = rounds.start(slots)
  try {
    if (rounds.signal?.aborted) cancel()
    rounds.onRound(board, slots, queue)
    const tasks = Array.from({ length: slots }, (_, slot) => rounds.taskFor(board, slot, [...skipped]))
    const outcomes = await Promise.all(
      (run(tasks) as Promise<WorkerResult>[]).map(async (running, slot) => {
        const outcome = await settle(running, board, slot)
        if ('failedChunk' in outcome && !isWorthRetrying(outcome) && !isSkippable(rounds, outcome) && !isStopped(rounds, outcome)) {
          if (isOfFile(rounds, outcome)) rounds.files.onFailure(outcome)
          else if (outcome.failedChunk === -1) board.cancel()
          else board.cancelFrom(outcome.failedChunk, (chunk) => rounds.chunks[chunk]) // the run is lost; others go on only with what is before that
        }
        return outcome
      }),
    )
    throwIfStopped(rounds.signal)
    return { ...sortOutcomes(rounds, outcomes, board, queue), closed: close() }
  } catch (error) {
    await close()
    throw error
  } finally {
    rounds.signal?.removeEventListener('abort', cancel)
  }
}

/** A worker's result; its death as a failure at the chunk it was at. */
const settle = async (running: Promise<WorkerResult>, board: Board, slot: number): Promise<WorkerResult> => {
  try {
    return await running
  } catch (error) {
    return { failedChunk: board.currentOf(slot), code: undefined, message: error instanceof Error ? error.message : String(error) }
  }
}

const sortOutcomes = (
  rounds: Rounds,
  outcomes: readonly WorkerResult[],
  board: Board,
  queue: readonly number[],
): Omit<RoundResult, 'closed'> => {
  const done = new Set(queue.filter((task) => board.isCommitted(task)))
  const untaken = new Set(queue.filter((task) => !board.isTaken(task)))
  const result: Omit<RoundResult, 'closed'> = { counts: [], failures: [], left: [], untaken }
  outcomes.forEach((outcome, slot) => {
    if (!('failedChunk' in outcome)) {
      result.counts.push(outcome)
      for (const task of board.takenBy(slot)) done.add(task)
    } else if (outcome.code !== 'interrupted') result.failures.push(outcome)
  })
  result.failures.sort((a, b) => compareFailures(rounds, a, b)) // so that the same one is told of, whatever the workers
  result.left = queue.filter((task) => !done.has(task))
  return result
}
