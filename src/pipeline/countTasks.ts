import { runRounds, type Files, type Rounds, type RoundsResult } from '../pool/rounds.ts'
import type { Monitor } from '../monitor/monitor.ts'
import { watchRun } from '../monitor/watch.ts'
import type { PretokenizeOptions } from '../options.ts'
import { partialsOf } from '../run/runFolder.ts'
import { inShard } from '../run/tasks.ts'
import { shareList } from '../sharedList.ts'
import { hasDecompressors, keptByMain, totalSize, type RunPlan } from './runPlan.ts'
import type { Workers } from './workers.ts'

/**
 * Has tasks done, by worker threads or, if there is little, here.
 *
 * @param queue numbers of the tasks to do
 */
export const countTasks = async (
  plan: RunPlan,
  queue: readonly number[],
  options: PretokenizeOptions,
  workers: Workers,
  monitor: Monitor,
  seconds: () => number,
): Promise<RoundsResult> => {
  const { chunks, sources, tasks, run, shard } = plan
  const describe = (chunk: number): string => `${sources[chunks[chunk].source].path}, bytes ${chunks[chunk].start} to ${chunks[chunk].end}`
  if (queue.length === 0) return { counts: [], retried: [], skipped: [], failed: new Map(), closed: Promise.resolve() }
  const sizeOf = (queue: readonly number[]): number =>
    queue.flatMap((task) => chunks.slice(tasks[task].start, tasks[task].end)).reduce((sum, { start, end }) => sum + end - start, 0)
  const totalBytes = totalSize(sources) - sizeOf(tasks.flatMap((_, task) => (inShard(task, shard) ? [] : [task])))
  const stopping = new AbortController()
  const watch = watchRun({
    totalBytes,
    monitor,
    seconds,
    cap: plan.numProcesses * plan.maxMemoryGb * 2 ** 30 + MAIN_THREAD_BYTES,
    onProgress: (progress) => options.onProgress?.(progress),
    onTight: (rss) => options.onWarning?.(tight(rss)),
    onFailure: (error) => stopping.abort(error),
  })
  try {
    return await runRounds({
      chunks,
      tasks,
      queue,
      slots: plan.workers,
      taskFor: createTaskMaker(plan),
      start: (slots) => workers.start(slots, plan.main),
      onError: plan.reading.onError,
      describe,
      files: run === undefined || sources.length === 1 ? undefined : filesOf(plan, options),
      onRound: (board, slots, queue) => watch.follow(board, slots, totalBytes - sizeOf(queue)),
      onRetry: ({ chunk, reason }) => {
        const why = reason.split('\n')[0]
        options.onWarning?.(
          chunk === -1
            ? `a worker failed before it had anything to count (${why}); what the others leave is tried once more`
            : `a worker failed at ${describe(chunk)} (${why}); its chunks are counted again`,
        )
      },
      onLost: ({ message }) => options.onWarning?.(`${message}; what stands before that is looked at, for the first error is told of`),
      signal: options.signal === undefined ? stopping.signal : AbortSignal.any([options.signal, stopping.signal]),
    })
  } finally {
    watch.stop()
    stopping.signal.throwIfAborted() // with what onProgress threw, be it the last time that it was called
  }
}

/** Gives a function that makes the task of each worker. The lists are in memory once. */
const createTaskMaker = (plan: RunPlan): Rounds['taskFor'] => {
  const { sources, chunks, tasks, run, pipeline, engine, addedTokens, reading, memory, folder } = plan
  const kept = keptByMain(plan)
  const same = {
    kind: 'count',
    normalizers: pipeline.normalizers,
    engine,
    addedTokens,
    sources: shareList(sources),
    chunks: shareList(chunks),
    tasks: shareList(tasks),
    partials: run && { folder: partialsOf(run.path), ids: shareList(run.plan.tasks.map(({ id }) => id)) },
    options: { ...reading, ahead: hasDecompressors(plan.main, plan.workers), looksInside: plan.format === undefined },
  } as const
  return (board, slot, skipped) => ({
    ...same,
    skipped,
    memory: { counting: slot === 0 && kept > 0 ? kept : memory.counting, merging: memory.merging, folder: folder.path },
    board: board.memory,
    slot,
  })
}

/** The files of chunks and tasks; who waits for the others hears at once of one that fails. */
const filesOf = ({ chunks, tasks }: RunPlan, { onWarning }: PretokenizeOptions): Files => ({
  ofChunk: (chunk) => chunks[chunk].source,
  ofTask: (task) => chunks.slice(tasks[task].start, tasks[task].end).map(({ source }) => source),
  onFailure: ({ message }) => onWarning?.(`${message}; other files are gone on with`),
})

/** What the main thread may take beside the workers. */
const MAIN_THREAD_BYTES = 150e6

const tight = (rss: number): string =>
  `the process takes ${(rss / 2 ** 30).toPrecision(3)} GiB, nearly all that it may: the tables of the workers stop growing, and what does not fit into them goes to the disk`
