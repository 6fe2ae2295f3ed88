import { chooseTokens, createAddedTokens, type AddedTokens } from './added/addedTokens.ts'
import { DEFAULT_LIMITS } from './count/counter.ts'
import { chooseEngine, type Engine } from './count/engine.ts'
import { loadTransformersJs, transformersJsEngine } from './count/transformersJs.ts'
import { PretokError } from './errors.ts'
import { mergeTables } from './merge/mergeTables.ts'
import type { WorkerOptions } from './messages.ts'
import { startMonitor, type Monitor } from './monitor/monitor.ts'
import { watchRun } from './monitor/watch.ts'
import { normalizeText } from './normalize/normalizer.ts'
import { onNormalText } from './normalize/safeCut.ts'
import { checkLists, checkOptions, DEFAULT_MAX_RECORD_BYTES, textFieldsOf, type PretokenizeOptions } from './options.ts'
import { defaultMaxMemoryGb, inspectMachine } from './plan/machine.ts'
import { orderChunks, planChunks } from './plan/planChunks.ts'
import { runRounds, type RoundsResult } from './pool/rounds.ts'
import { startThreads } from './pool/threads.ts'
import { mapInFlight } from './read/inFlight.ts'
import { STANDARD_INPUT } from './read/inputNames.ts'
import { expandInputs, removeSpool, spoolStandardInput } from './read/inputs.ts'
import { openSource } from './read/openSource.ts'
import { verifyUnchanged, withReadAt } from './read/source.ts'
import { checkReceipt, makeReceipt } from './receipt/receipt.ts'
import { PretokenCounts } from './result/pretokenCounts.ts'
import { snapSource, type Cuts } from './snap/snapSource.ts'
import type { FindSafeCut } from './snap/snapChunks.ts'
import { awayFromEnds } from './snap/tokenCuts.ts'
import { createSafeCutFinder, hasSafeCuts } from './split/safeCut.ts'
import { loadTokenizer } from './tokenizer/resolve.ts'
import type { AddedToken, Chunk, Pipeline, Source } from './types.ts'
import { countChunks } from './worker.ts'

/** Everything about a run that is settled before it begins. */
export interface RunPlan {
  pipeline: Pipeline
  engine: Engine
  addedTokens: AddedToken[]
  /** The special ones among them, by content. */
  specialTokens: string[]
  sources: Source[]
  chunks: Chunk[]
  chunkBytes: number
  numProcesses: number
  maxMemoryGb: number
  /** Worker threads to start; 0: the main thread counts. */
  threads: number
}

/** Below this size, starting threads takes longer than counting. */
const SMALL_BYTES = 4 * 2 ** 20
const FILES_AT_A_TIME = 16

/**
 * Counts the pre-tokens of a corpus exactly as its tokenizer's own pre-tokenizer cuts it.
 *
 * @param files one file or several, UTF-8 text
 * @param specialTokens end documents, are never counted and never part of a piece; the longest that matches is taken
 * @throws PretokError; its `code` says what kind. Nothing is left behind.
 */
export const pretokenize = async (
  files: string | readonly string[],
  specialTokens: readonly string[] = [],
  options: PretokenizeOptions = {},
): Promise<PretokenCounts> => {
  const startedAt = performance.now()
  const seconds = (): number => (performance.now() - startedAt) / 1000
  const monitor = startMonitor()
  let plan: RunPlan | undefined
  try {
    plan = await planRun(files, specialTokens, options)
    checkStopped(options)
    const planned = seconds()
    const outcome = await countAll(plan, options, monitor, seconds)
    await inParallel(plan.sources, verifyUnchanged)
    const counted = seconds()
    const counts = new PretokenCounts(mergeTables(outcome.counts))
    const receipt = makeReceipt({
      ...plan,
      tokenizer: plan.pipeline.name,
      engine: plan.engine.name,
      workers: plan.threads,
      errors: options.errors ?? 'replace',
      tallies: outcome.counts.map(({ tally }) => tally),
      invalid: outcome.counts.flatMap(({ invalid }) => invalid),
      tableMemory: outcome.counts.reduce((sum, { memory }) => sum + memory, 0),
      skippedRecords: outcome.counts.flatMap(({ skippedRecords }) => skippedRecords),
      retried: outcome.retried,
      skipped: outcome.skipped,
      result: counts,
      process: await monitor.stop(),
      seconds: { plan: planned, count: counted - planned, merge: seconds() - counted, total: seconds() },
    })
    checkReceipt(receipt, counts.total)
    checkStopped(options)
    counts.receipt = receipt
    return counts
  } finally {
    await monitor.stop()
    for (const { spool } of plan?.sources ?? []) if (spool !== undefined) await removeSpool(spool)
  }
}

const checkStopped = ({ signal }: PretokenizeOptions): void => {
  if (signal?.aborted) throw new PretokError('interrupted', 'counting: stopped before the end; nothing was written')
}

/** Sources, options and chunks of a run; the chunks begin and end where a cut changes nothing. */
export const planRun = async (
  files: string | readonly string[],
  specialTokens: readonly string[],
  options: PretokenizeOptions,
): Promise<RunPlan> => {
  checkOptions(options)
  const paths = checkLists(files, specialTokens)
  const { pipeline, engine } = await chooseTokenizer(options)
  const addedTokens = chooseTokens(pipeline.addedTokens, specialTokens)
  const added = createAddedTokens(addedTokens, (text) => normalizeText(pipeline.normalizers, text))
  const sources = await openSources(paths, options)
  const machine = inspectMachine()
  const numProcesses = options.numProcesses ?? machine.cores
  const maxMemoryGb = options.maxMemoryGb ?? defaultMaxMemoryGb(machine, numProcesses)
  const { chunkBytes, chunks: planned } = planChunks(sources, { numProcesses, maxMemoryGb, chunkBytes: options.chunkBytes })
  const documentPer = options.documentPer ?? 'file'
  const snapped = await snapAll(sources, planned, { documentPer, added, findSafeCut: createSafeCut(pipeline, engine, added) })
  const chunks = orderChunks(snapped, chunkBytes)
  // who asks for a number of workers gets them; otherwise small input is not worth it
  const isSmall = options.numProcesses === undefined && options.workerUrl === undefined && totalSize(sources) <= SMALL_BYTES
  return {
    pipeline,
    engine,
    addedTokens,
    specialTokens: addedTokens.filter(({ special }) => special).map(({ content }) => content),
    sources,
    chunks,
    chunkBytes,
    numProcesses,
    maxMemoryGb,
    threads: isSmall ? 0 : Math.min(numProcesses, chunks.length),
  }
}

/** The files behind the names that were given, looked at. */
const openSources = async (names: readonly string[], { format, onWarning }: PretokenizeOptions): Promise<Source[]> => {
  const paths = await expandInputs(names, (message) => onWarning?.(message))
  return inParallel(paths, async (path) => openSource(path, format, path === STANDARD_INPUT ? await spoolStandardInput() : undefined))
}

/** The tokenizer and what runs it. What cannot be had or done fails here, before anything is read. */
const chooseTokenizer = async ({
  tokenizer,
  engine: choice,
  onWarning,
}: PretokenizeOptions): Promise<Pick<RunPlan, 'pipeline' | 'engine'>> => {
  const pipeline = await loadTokenizer(tokenizer)
  if (pipeline.lacks !== undefined)
    onWarning?.(`tokenizer ${pipeline.name}: text is cut without ${pipeline.lacks}; its tokenizer.json has all`)
  if (choice === 'transformers.js') {
    const engine = transformersJsEngine(pipeline)
    await loadTransformersJs(engine)
    return { pipeline: { ...pipeline, normalizers: [] }, engine } // it normalizes, too
  }
  const engine = chooseEngine(pipeline.stages, choice)
  if (engine.name === 'reference' && choice !== 'reference')
    onWarning?.(`the automaton cannot do this pattern, so the slower reference tier splits (${engine.reason})`)
  return { pipeline, engine }
}

const totalSize = (sources: readonly Source[]): number => sources.reduce((sum, { size }) => sum + size, 0)

/** A few at a time: thousands of files must not all be open at once. */
const inParallel = async <Item, Result>(items: readonly Item[], call: (item: Item) => Promise<Result>): Promise<Result[]> => {
  const results: Result[] = []
  for await (const result of mapInFlight(items, call, FILES_AT_A_TIME)) results.push(result)
  return results
}

const snapAll = async (sources: readonly Source[], chunks: readonly Chunk[], cuts: Cuts): Promise<Chunk[]> => {
  const ofSource = sources.map((): Chunk[] => [])
  for (const chunk of chunks) ofSource[chunk.source].push(chunk)
  const snap = async (own: Chunk[]): Promise<Chunk[]> => {
    if (own.length < 2) return own
    const source = sources[own[0].source]
    return withReadAt(source, (readAt) => snapSource(source, own, readAt, cuts))
  }
  return (await inParallel(ofSource, snap)).flat()
}

/** Where text without special tokens can be cut; only the automaton can tell. */
const createSafeCut = ({ normalizers }: Pipeline, engine: Engine, { normalized }: AddedTokens): FindSafeCut | undefined => {
  if (!('tables' in engine) || !hasSafeCuts(engine.phases)) return undefined
  const find = createSafeCutFinder(engine.tables[0])
  return normalizers.length === 0 ? find : onNormalText(normalizers, awayFromEnds(find, normalized.trie.maxLength))
}

/** Has all chunks counted, by worker threads or, if there is little, here. */
const countAll = async (plan: RunPlan, options: PretokenizeOptions, monitor: Monitor, seconds: () => number): Promise<RoundsResult> => {
  const { chunks, sources, pipeline, engine, addedTokens } = plan
  const workerUrl = options.workerUrl ?? new URL('./worker.js', import.meta.url)
  const workerOptions: WorkerOptions = {
    errors: options.errors ?? 'replace',
    onError: options.onError ?? 'fail',
    documentPer: options.documentPer ?? 'file',
    textFields: textFieldsOf(options),
    maxRecordBytes: options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES,
    stripBom: options.stripBom ?? false,
    blockBytes: options.blockBytes ?? DEFAULT_LIMITS.blockBytes,
    maxPieceBytes: options.maxPieceBytes ?? DEFAULT_LIMITS.maxPieceBytes,
  }
  const describe = (chunk: number): string => `${sources[chunks[chunk].source].path}, bytes ${chunks[chunk].start} to ${chunks[chunk].end}`
  const sizeOf = (queue: readonly number[]): number => queue.reduce((sum, chunk) => sum + chunks[chunk].end - chunks[chunk].start, 0)
  const totalBytes = totalSize(sources)
  const stopping = new AbortController()
  const watch = watchRun({
    totalBytes,
    monitor,
    seconds,
    budget: plan.maxMemoryGb * 2 ** 30,
    onProgress: (progress) => options.onProgress?.(progress),
    onOverBudget: (memory) => options.onWarning?.(overBudget(memory, plan)),
    onFailure: (error) => stopping.abort(error),
  })
  try {
    return await runRounds({
      chunks: chunks.length,
      slots: Math.max(1, plan.threads),
      taskFor: (board, slot) => ({
        normalizers: pipeline.normalizers,
        engine,
        addedTokens,
        sources,
        chunks,
        options: workerOptions,
        board: board.memory,
        slot,
      }),
      start: (slots) =>
        plan.threads === 0 ? { run: (tasks) => tasks.map(countChunks), close: async () => {} } : startThreads(workerUrl, slots),
      onError: options.onError ?? 'fail',
      describe,
      onRound: (board, slots, queue) => watch.follow(board, slots, totalBytes - sizeOf(queue)),
      onRetry: ({ chunk, reason }) => {
        const where = chunk === -1 ? 'before it began' : `at ${describe(chunk)}`
        options.onWarning?.(`a worker failed ${where} (${reason.split('\n')[0]}); its chunks are counted again`)
      },
      signal: options.signal === undefined ? stopping.signal : AbortSignal.any([options.signal, stopping.signal]),
    })
  } catch (error) {
    throw stopping.signal.aborted ? stopping.signal.reason : error
  } finally {
    watch.stop()
  }
}

const overBudget = (memory: number, plan: RunPlan): string =>
  `a worker holds ${(memory / 2 ** 30).toPrecision(3)} GiB of distinct pre-tokens, more than its budget of ${plan.maxMemoryGb} GiB. The run goes on; ` +
  `to stay within memory, give each worker more (--max-memory-gb) and use fewer of them (--num-processes, now ${plan.numProcesses})`
