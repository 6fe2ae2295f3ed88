import { createAddedTokens } from './added/addedTokens.ts'
import { canBeInKernel } from './added/tokenMarker.ts'
import { PretokError } from './errors.ts'
import { mergeIntoTables, mergePartitions } from './merge/mergePartition.ts'
import { Board, type MergeJob, type MergeResult, type WorkerCounts, type WorkerJob, type WorkerResult, type WorkerTask } from './messages.ts'
import { loadNormalization, NO_NORMALIZATION } from './normalize/normalization.ts'
import { verifyUnchanged } from './read/source.ts'
import { byPlaceIn } from './receipt/listed.ts'
import { separatorsFor } from './select/selectDocuments.ts'
import { openSharedList, type SharedList } from './sharedList.ts'
import type { Chunk, Source } from './types.ts'
import type { ChunkJob } from './worker/chunkJob.ts'
import { countChunk } from './worker/countChunk.ts'
import { SpillingCounter, type WorkerPlace } from './worker/spillingCounter.ts'

/** Does tasks until there are no more. What it counts is in partial results, or in a table or runs that it hands over in the end. */
export const countChunks = async (task: WorkerTask, where: WorkerPlace): Promise<WorkerResult> => {
  let chunk = -1
  try {
    return await doTasks(task, where, (current) => (chunk = current))
  } catch (error) {
    return { failedChunk: chunk, code: error instanceof PretokError ? error.code : undefined, message: messageOf(error) }
  }
}

/** @param atChunk is told at which chunk the worker is; -1: what goes wrong is no chunk's fault */
const doTasks = async (task: WorkerTask, where: WorkerPlace, atChunk: (chunk: number) => void): Promise<WorkerCounts> => {
  const { slot, partials } = task
  const [sources, chunks, tasks] = [openSharedList(task.sources), openSharedList(task.chunks), openSharedList(task.tasks)]
  const board = new Board(task.board, tasks.length)
  const skipped = new Set(task.skipped.map(({ chunk }) => chunk))
  const { counting, jobOf } = await startJobs(task, sources)
  const { counter } = counting
  let current = -1
  let committed = { bytes: 0, documents: 0 }

  const onBlock = (): void => {
    const { tally } = counting
    board.report(slot, {
      bytes: committed.bytes + tally.stored,
      documents: committed.documents + tally.documents,
      pieces: counter.pieces,
      distinct: counter.distinct,
      memory: counter.memory,
    })
    if (board.isTight) counter.stopGrowing()
    checkCancelled()
  }

  const checkCancelled = (): void => {
    if (board.isCancelled(current, chunks.at)) throw new PretokError('interrupted', 'counting: stopped')
  }

  for (let number = board.take(slot); number !== -1; number = board.take(slot)) {
    const { start, end } = tasks.at(number)
    for (let chunk = start; chunk < end; chunk++) {
      if (skipped.has(chunk)) continue
      current = chunk
      atChunk(chunk)
      board.enter(slot, chunk)
      checkCancelled()
      const job = jobOf(chunks.at(chunk), checkCancelled)
      await countChunk(job, onBlock)
      onBlock() // what was left of the chunk is counted now
      // what is kept is taken for the result of these very sources
      if (partials !== undefined) await verifyUnchanged(job.source)
    }
    atChunk(-1)
    if (partials === undefined) continue
    const { stored, documents } = counting.tally
    counting.commit(number, { start, end }, partials)
    committed = { bytes: committed.bytes + stored, documents: committed.documents + documents }
    board.commit(number)
  }
  return counting.result(where)
}

/** Starts what counts, and gives a function that makes the job of each chunk. `onBlock` is called where a chunk is counted once more. */
const startJobs = async (
  task: WorkerTask,
  sources: SharedList<Source>,
): Promise<{ counting: SpillingCounter; jobOf: (chunk: Chunk, onBlock: () => void) => ChunkJob }> => {
  const { options } = task
  const normalization = await loadNormalization(task.normalizers)
  const added = createAddedTokens(task.addedTokens, normalization.text, normalization.keeps)
  const specialTokens = new Map(task.addedTokens.filter(({ special }) => special).map(({ content }, i) => [content, i]))
  const counting = await SpillingCounter.start(task, specialTokens.size)
  const { counter } = counting
  const isInKernel = canBeInKernel(added) && (normalization === NO_NORMALIZATION || normalization.sure !== undefined)
  const same = {
    added,
    specialTokens,
    separatorsIn: separatorsFor(options.documentPer, [...specialTokens.keys()], added),
    normalization,
    options,
    counter,
    tokenText: isInKernel ? counter.withTokens?.(added.raw, normalization.sure) : undefined,
    byPlace: byPlaceIn(sources.all),
  }
  const jobOf = (chunk: Chunk, onBlock: () => void): ChunkJob => {
    const { tally, invalid, skippedRecords } = counting // those of the task that it is at
    const again = { startCounter: () => counting.startAnother(), onBlock }
    return { ...same, chunk, source: sources.at(chunk.source), tally, invalid, skippedRecords, again }
  }
  return { counting, jobOf }
}

const messageOf = (error: unknown): string =>
  error instanceof PretokError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)

/** Merges partitions; a failure as plain data. */
export const mergeRuns = (job: MergeJob): MergeResult => {
  try {
    return job.kind === 'merge' ? mergePartitions(job) : mergeIntoTables(job)
  } catch (error) {
    return { code: error instanceof PretokError ? error.code : undefined, message: messageOf(error) }
  }
}

/** For a worker that takes this one's place in a test. */
export { Board }

/** What the pool calls in a worker thread. */
export default async (job: WorkerJob): Promise<WorkerResult | MergeResult> =>
  job.kind === 'count' ? countChunks(job, 'thread') : mergeRuns(job)
