import { PretokError } from '../errors.ts'
import { Board, type WorkerCounts, type WorkerFailure, type WorkerResult, type WorkerTask } from '../messages.ts'
import type { RunTasks } from './threads.ts'

/** A chunk and why it failed. */
export interface FailedChunk {
  chunk: number
  reason: string
}

export interface Rounds {
  chunks: number
  slots: number
  taskFor(board: Board, slot: number): WorkerTask
  /** Gives the means to run one round's tasks, and to end it. */
  start(slots: number): { run: RunTasks; close: () => Promise<void> }
  /** A chunk that fails for good fails the run, or is left out. */
  onError: 'fail' | 'skip'
  /** A name for a chunk in messages. */
  describe(chunk: number): string
  /** Called when a round starts, to watch its board; `queue` are the chunks that it has to count. */
  onRound(board: Board, slots: number, queue: readonly number[]): void
  onRetry(failed: FailedChunk): void
  signal?: AbortSignal | undefined
}

export interface RoundsResult {
  counts: WorkerCounts[]
  retried: FailedChunk[]
  skipped: FailedChunk[]
}

/** A worker's failures that another attempt could mend: its death, an unexpected exception, an error of the device. */
const isWorthRetrying = ({ code }: Pick<WorkerFailure, 'code'>): boolean => code === undefined || code === 'input'

/**
 * Counts all chunks in rounds: in each, workers take chunks until none are left. What a failed worker had taken goes into the next round,
 * for its counts went down with it; the chunk it failed at may fail once more before it fails the run (or is skipped). So a run ends with
 * every chunk counted exactly once, or with an error, or with the chunk listed as skipped.
 */
export const runRounds = async (rounds: Rounds): Promise<RoundsResult> => {
  const result: RoundsResult = { counts: [], retried: [], skipped: [] }
  let pending = Array.from({ length: rounds.chunks }, (_, chunk) => chunk)
  const hasFailed = new Set<number>()
  while (pending.length > 0) {
    const { counts, failures, left } = await runRound(rounds, pending)
    result.counts.push(...counts)
    pending = left
    for (const failure of failures) {
      const { failedChunk, message } = failure
      const failed = { chunk: failedChunk, reason: message }
      // a worker that dies before it takes a chunk is noted under -1: that, too, may happen once
      const isFinal = hasFailed.has(failedChunk) || !isWorthRetrying(failure)
      hasFailed.add(failedChunk)
      if (!isFinal) {
        result.retried.push(failed)
        rounds.onRetry(failed)
      } else if (rounds.onError === 'skip' && failedChunk !== -1) {
        result.skipped.push(failed)
        pending = pending.filter((chunk) => chunk !== failedChunk)
      } else throw finalError(rounds, failure)
    }
  }
  return result
}

const finalError = (rounds: Rounds, { failedChunk, code, message }: WorkerFailure): PretokError => {
  if (code !== undefined) return new PretokError(code, message)
  const where = failedChunk === -1 ? 'before it began' : `at ${rounds.describe(failedChunk)}`
  return new PretokError('worker', `counting: a worker failed twice ${where}: ${message}`)
}

interface RoundResult {
  counts: WorkerCounts[]
  failures: WorkerFailure[]
  /** Chunks that no surviving worker has counted. */
  left: number[]
}

const runRound = async (rounds: Rounds, queue: readonly number[]): Promise<RoundResult> => {
  const slots = Math.min(rounds.slots, queue.length)
  const board = Board.create(queue, rounds.chunks, slots)
  const cancel = (): void => board.cancel()
  rounds.signal?.addEventListener('abort', cancel)
  const { run, close } = rounds.start(slots)
  try {
    if (rounds.signal?.aborted) cancel()
    rounds.onRound(board, slots, queue)
    const tasks = Array.from({ length: slots }, (_, slot) => rounds.taskFor(board, slot))
    const outcomes = await Promise.all(
      run(tasks).map(async (running, slot) => {
        const outcome = await settle(running, board, slot)
        // no need for the others to go on when the run is lost
        if ('failedChunk' in outcome && !isWorthRetrying(outcome) && rounds.onError === 'fail') cancel()
        return outcome
      }),
    )
    if (rounds.signal?.aborted) throw new PretokError('interrupted', 'counting: stopped before the end; nothing was written')
    return sortOutcomes(outcomes, board, queue)
  } finally {
    rounds.signal?.removeEventListener('abort', cancel)
    await close()
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

const sortOutcomes = (outcomes: readonly WorkerResult[], board: Board, queue: readonly number[]): RoundResult => {
  const counted = new Set<number>()
  const result: RoundResult = { counts: [], failures: [], left: [] }
  outcomes.forEach((outcome, slot) => {
    if (!('failedChunk' in outcome)) {
      result.counts.push(outcome)
      for (const chunk of board.takenBy(slot)) counted.add(chunk)
    } else if (outcome.code !== 'interrupted') result.failures.push(outcome)
  })
  result.left = queue.filter((chunk) => !counted.has(chunk))
  return result
}
