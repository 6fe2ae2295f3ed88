import { milliseconds } from './clock.ts'
import { PretokError, throwIfStopped } from './errors.ts'
import { gatherCounts, type Gathering } from './gather/gatherCounts.ts'
import { startMonitor } from './monitor/monitor.ts'
import { withOptionNames } from './optionNames.ts'
import { checkOptions, type PretokenizeOptions } from './options.ts'
import { countAll } from './pipeline/countAll.ts'
import { planRun } from './pipeline/planRun.ts'
import { planFromFolder } from './pipeline/runFolderPlan.ts'
import { keptByMain, type RunPlan, type Staff } from './pipeline/runPlan.ts'
import { createWorkers, type Workers } from './pipeline/workers.ts'
import type { RoundsResult } from './pool/rounds.ts'
import { inParallel } from './read/inFlight.ts'
import { verifyUnchanged } from './read/source.ts'
import { checkReceipt, makeReceipt } from './receipt/receipt.ts'
import { FileTable } from './result/fileTable.ts'
import { FILTER_COPIES, filterCounts } from './result/filterCounts.ts'
import type { PretokenCounts } from './result/pretokenCounts.ts'
import { openRunFolder, type RunFolder } from './run/runFolder.ts'
import type { PieceFilter } from './select/pieceFilter.ts'
import type { TemporaryFolder } from './temporary.ts'
import type { Receipt } from './types.ts'
import { countDone, inShard, partialsToMerge, skippedIn, tasksToDo, type Shard } from './run/tasks.ts'

/**
 * Counts the pre-tokens of a corpus exactly as its tokenizer's own pre-tokenizer cuts it.
 *
 * @param files an input or several, of any format: files, folders, globs, `@list` (a file that names inputs, one a line), and `-`, standard input
 * @param specialTokens end documents, are never counted and never part of a piece; the longest that matches is taken
 * @throws PretokError; its `code` says what kind. Nothing is left behind, but for what is done in a work-dir.
 */
export const pretokenize = async (
  files: string | readonly string[],
  specialTokens: readonly string[] = [],
  options: PretokenizeOptions = {},
): Promise<PretokenCounts> =>
  (await perform((checked, onStaff, spools) => planRun(files, specialTokens, checked, onStaff, spools), options, {
    counts: true,
    gathers: true,
    again: (path) => `the same command with --resume, or pretok count ${path}`,
  })).counts!

/**
 * Does the tasks of a run folder that are not done yet, or those of a shard. How many of them there were, and what is left out of all that are done.
 * @internal
 */
export const countRunFolder = async (
  path: string,
  shard: Shard | undefined,
  options: PretokenizeOptions,
): Promise<{ tasksDone: number; skipped: { records: number; chunks: number } }> => {
  const plan = async (checked: PretokenizeOptions): Promise<RunPlan> => ({ ...(await planFromFolder(path, checked, true)), shard })
  const { tasksDone } = await perform(plan, options, { counts: true, gathers: false, again: sameCommand })
  return { tasksDone, skipped: skippedIn(openRunFolder(path)!, shard) }
}

/**
 * The result of a run folder. Throws 'input' unless all of its tasks are done.
 * @internal
 */
export const mergeRunFolder = async (path: string, options: PretokenizeOptions): Promise<PretokenCounts> =>
  (await perform((checked) => planFromFolder(path, checked, false), options, { counts: false, gathers: true, again: sameCommand })).counts!

const sameCommand = (): string => 'the same command'

interface Work {
  /** The commands that go on with a run folder. */
  again: (path: string) => string
  /** Whether tasks are done. */
  counts: boolean
  /** Whether there is to be a result. */
  gathers: boolean
}

const perform = async (
  makePlan: (options: PretokenizeOptions, onStaff: (staff: Staff) => Promise<void>, spools: TemporaryFolder[]) => Promise<RunPlan>,
  given: PretokenizeOptions,
  work: Work,
): Promise<{ counts: PretokenCounts | undefined; tasksDone: number }> => {
  checkOptions(given)
  const { options, throwIfRejected } = awaitCallbacks(given)
  const startedAt = milliseconds()
  const seconds = (): number => (milliseconds() - startedAt) / 1000
  const monitor = startMonitor()
  const workers = createWorkers(options)
  const spools: TemporaryFolder[] = []
  let plan: RunPlan | undefined
  let counts: PretokenCounts | undefined
  try {
    plan = await makePlan(options, workers.prepare, spools)
    throwIfStopped(options.signal)
    throwIfRejected()
    const planned = seconds()
    const queue = work.counts ? queueOf(plan, options) : []
    monitor.enter('count')
    const outcome = await countAll(plan, queue, options, workers, monitor, seconds)
    await inParallel(plan.sources, verifyUnchanged)
    if (!work.gathers) return { counts, tasksDone: queue.length }
    const counted = seconds()
    monitor.enter('merge')
    const { partials, facts } = whatWasCounted(plan, outcome)
    counts = await gatherCounts(outcome.counts, gatheringOf(plan, partials, outcome.closed, workers, options.signal)).catch(withAdvice(plan.run))
    const receipt = makeReceipt({
      ...plan,
      ...facts,
      tokenizer: plan.pipeline.name,
      engine: plan.engine.name,
      workers: plan.workers,
      errors: plan.reading.errors,
      retried: outcome.retried,
      result: counts,
      process: monitor.stop(),
      seconds: { plan: planned, count: counted - planned, merge: seconds() - counted, total: seconds() },
    })
    checkReceipt(receipt, counts.total)
    throwIfStopped(options.signal)
    throwIfRejected()
    counts = withReceipt(counts, receipt, plan.pieces)
    return { counts, tasksDone: queue.length }
  } catch (error) {
    counts?.close()
    const isToBeGoneOn = error instanceof PretokError && (work.counts || error.code === 'interrupted')
    throw plan?.run !== undefined && isToBeGoneOn ? withKept(plan.run, error, work.again) : error
  } finally {
    monitor.stop()
    await workers.close()
    if (!(counts?.source instanceof FileTable)) plan?.folder.remove()
    for (const spool of spools) spool.remove()
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> => typeof (value as PromiseLike<unknown> | undefined)?.then === 'function'

/**
 * The same options with callbacks that may return a promise, as an async function does: one that is rejected fails the run, as what a callback throws
 * does, and not the process.
 */
const awaitCallbacks = (options: PretokenizeOptions): { options: PretokenizeOptions; throwIfRejected: () => void } => {
  let rejection: { error: unknown } | undefined
  const awaited =
    <Argument>(callback: (argument: Argument) => unknown) =>
    (argument: Argument): void => {
      const result = callback(argument)
      if (isThenable(result)) result.then(undefined, (error: unknown) => void (rejection ??= { error }))
    }
  const { onProgress, onWarning } = options
  return {
    options: {
      ...options,
      ...(onProgress === undefined ? {} : { onProgress: awaited(onProgress) }),
      ...(onWarning === undefined ? {} : { onWarning: awaited((message: string) => onWarning(withOptionNames(message))) }),
    },
    throwIfRejected() {
      if (rejection !== undefined) throw rejection.error
    },
  }
}

/** The result with its receipt, which has been checked by then, less what is to be left out of it. */
const withReceipt = (counted: PretokenCounts, receipt: Receipt, filter: PieceFilter | undefined): PretokenCounts => {
  counted.receipt = receipt
  if (filter === undefined) return counted
  const { counts, removed } = filterCounts(counted, filter)
  counted.close()
  counts.receipt = { ...receipt, filters: { ...receipt.filters, ...filter, removed } }
  return counts
}

/** The tasks to do: all, or those that are not done in the run folder. */
const queueOf = ({ run, tasks, folder, shard }: RunPlan, { onWarning }: PretokenizeOptions): number[] => {
  const numbers = tasks.map((_, task) => task).filter((task) => inShard(task, shard))
  return run === undefined ? numbers : tasksToDo(run, numbers, folder, shard, (message) => onWarning?.(message))
}

/** Where what was counted is added up: with all memory of the workers but what the main thread still holds, and by as many of them. */
const gatheringOf = (
  plan: RunPlan,
  partials: readonly string[],
  closed: Promise<unknown>,
  workers: Workers,
  signal: AbortSignal | undefined,
): Gathering => ({
  partials,
  folder: plan.folder,
  threadBytes: plan.memory.accounted - keptByMain(plan),
  resultBytes: (plan.workers * plan.memory.accounted - keptByMain(plan)) / (plan.pieces === undefined ? 1 : FILTER_COPIES),
  threads: plan.workers,
  closed,
  start: (threads) => workers.start(threads, threads === 0 || plan.main === 'all' ? 'all' : 'none'),
  signal,
})

/** What the receipt says of the counting: as the workers tell, or as all partial results do, whoever has made them and when. */
const whatWasCounted = ({ run }: RunPlan, { counts, skipped }: RoundsResult) => {
  const { partials, abouts } = run === undefined ? { partials: [], abouts: counts } : partialsToMerge(run)
  const facts = {
    tallies: abouts.map(({ tally }) => tally),
    invalid: abouts.flatMap(({ invalid }) => invalid),
    skippedRecords: abouts.flatMap(({ skippedRecords }) => skippedRecords),
    skipped: abouts.flatMap((about) => ('skipped' in about ? about.skipped : [])).concat(run === undefined ? skipped : []),
    tableMemory: counts.reduce((sum, { memory }) => sum + memory, 0),
  }
  return { partials, facts }
}

/** What to do about a partial result that was damaged since it was looked at. */
const withAdvice =
  (run: RunFolder | undefined) =>
  (error: unknown): never => {
    if (run === undefined || !(error instanceof PretokError) || error.code !== 'format') throw error
    throw new PretokError('format', `merging ${run.path}: ${error.message}; pretok count ${run.path} makes it again`, { cause: error })
  }

/** A run folder as it is now: its tasks may have been split meanwhile. */
const reopened = (planned: RunFolder): RunFolder => {
  try {
    return openRunFolder(planned.path) ?? planned
  } catch {
    return planned // another error is on its way
  }
}

/** The error, with what is kept and how to go on. */
const withKept = (planned: RunFolder, { code, message, cause }: PretokError, again: Work['again']): PretokError => {
  const run = reopened(planned)
  const what = code === 'interrupted' ? 'stopped; ' : `${message}\n`
  const when = code === 'interrupted' ? 'To go on' : 'To go on when that is mended'
  return new PretokError(
    code,
    `${what}${countDone(run)} of ${run.plan.tasks.length} tasks are done and kept in ${run.path}. ${when}: ${again(run.path)}`,
    { cause },
  )
}
