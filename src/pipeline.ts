import { chooseEngine, type Engine, type EngineChoice } from './count/engine.ts'
import { PretokError } from './errors.ts'
import { mergeTables } from './merge/mergeTables.ts'
import type { Board, WorkerOptions } from './messages.ts'
import { startMonitor, type Monitor } from './monitor/monitor.ts'
import { onNormalText } from './normalize/nfc.ts'
import { defaultMaxMemoryGb, inspectMachine } from './plan/machine.ts'
import { planChunks } from './plan/planChunks.ts'
import { runRounds, type FailedChunk, type RoundsResult } from './pool/rounds.ts'
import { startThreads } from './pool/threads.ts'
import { mapInFlight } from './read/inFlight.ts'
import { inspectSource, verifyUnchanged, withReadAt } from './read/source.ts'
import { makeReceipt, checkReceipt } from './receipt/receipt.ts'
import { PretokenCounts } from './result/pretokenCounts.ts'
import { snapChunks, type FindSafeCut } from './snap/snapChunks.ts'
import { createSafeCutFinder } from './split/safeCut.ts'
import { createSpecialTokens, type SpecialTokens } from './special/specialTokens.ts'
import { resolveTokenizer, type TokenizerChoice } from './tokenizer/resolve.ts'
import type { Chunk, ErrorPolicy, Pipeline, Source } from './types.ts'
import { countChunks } from './worker.ts'

export interface PretokenizeOptions {
  /** Number of worker threads. Default: the cores that this process may use. */
  numProcesses?: number
  /** Memory budget of each worker in GiB; the main thread comes on top. Default: three quarters of the memory available, shared out. */
  maxMemoryGb?: number
  /** A preset's name, a pattern, or a pipeline. Default: 'gpt2'. */
  tokenizer?: TokenizerChoice
  /** Which tier splits; all give the same pieces. Default: 'auto', the fastest that can do the pattern; the receipt names it. */
  engine?: EngineChoice
  /** What happens to invalid UTF-8. Default: 'replace', as with Python's errors='replace'. */
  errors?: ErrorPolicy
  /** Leaves out a byte-order mark at the start of a file. Default: false; the mark is text, as for the reference engines. */
  stripBom?: boolean
  /** What happens to a chunk that cannot be counted: fails the run (default), or is left out and listed in the receipt. */
  onError?: 'fail' | 'skip'
  /** Size of chunks in bytes. Default: from file size, numProcesses and maxMemoryGb. */
  chunkBytes?: number
  /** Size of the blocks in which a worker reads. Default: 256 KiB. */
  blockBytes?: number
  /** Longest pre-token in bytes. Default: 64 MiB. */
  maxPieceBytes?: number
  /** Called about ten times a second. */
  onProgress?: (progress: Progress) => void
  /** Called with things that the user should know and that do not stop the run. */
  onWarning?: (message: string) => void
  /** Stops the run: it fails with code 'interrupted' and leaves nothing behind. */
  signal?: AbortSignal
  /** The module that workers run; for tests of what happens when they fail. */
  workerUrl?: URL
}

export interface Progress {
  phase: 'plan' | 'count' | 'merge'
  bytes: number
  totalBytes: number
  documents: number
  pieces: number
  /** Distinct pieces of each worker, added up: an upper bound. */
  distinct: number
  /** Resident set of the process in bytes. */
  rss: number
  /** CPU use in percent of one core. */
  cpuPercent: number
  /** Seconds since the run began. */
  seconds: number
  /** Bytes, and bytes of memory accounted for, of each worker. */
  workers: { bytes: number; memory: number }[]
}

/** Everything about a run that is settled before it begins. */
export interface RunPlan {
  pipeline: Pipeline
  engine: Engine
  special: SpecialTokens
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
const DEFAULT_BLOCK_BYTES = 2 ** 18
const DEFAULT_MAX_PIECE_BYTES = 2 ** 26
const PROGRESS_MS = 100
const FILES_AT_A_TIME = 16

/**
 * Counts the pre-tokens of a corpus exactly as its tokenizer's own pre-tokenizer cuts it.
 *
 * @param files one file or several, UTF-8 text
 * @param specialTokens end documents, are never counted and never part of a piece; the longest that matches is taken
 * @throws PretokError; its `code` says what kind. Nothing is left behind.
 */
export const pretokenize = async (files: string | readonly string[], specialTokens: readonly string[] = [], options: PretokenizeOptions = {}): Promise<PretokenCounts> => {
  const startedAt = performance.now()
  const seconds = (): number => (performance.now() - startedAt) / 1000
  const monitor = startMonitor()
  try {
    const plan = await planRun(files, specialTokens, options)
    if (plan.engine.name === 'reference' && options.engine !== 'reference')
      options.onWarning?.(`the automaton cannot do this pattern, so the slower reference tier splits (${plan.engine.reason})`)
    const planned = seconds()
    const outcome = await countAll(plan, options, monitor, seconds)
    await inParallel(plan.sources, verifyUnchanged)
    const counted = seconds()
    const table = mergeTables(outcome.counts)
    const counts = new PretokenCounts(table)
    const receipt = makeReceipt({
      ...plan,
      tokenizer: plan.pipeline.name,
      engine: plan.engine.name,
      workers: plan.threads,
      specialTokens: plan.special.tokens,
      errors: options.errors ?? 'replace',
      tallies: outcome.counts.map(({ tally }) => tally),
      invalid: outcome.counts.flatMap(({ invalid }) => invalid),
      tableMemory: outcome.counts.reduce((sum, { memory }) => sum + memory, 0),
      retried: outcome.retried,
      skipped: outcome.skipped,
      result: counts,
      process: await monitor.stop(),
      seconds: { plan: planned, count: counted - planned, merge: seconds() - counted, total: seconds() },
    })
    checkReceipt(receipt, counts.total)
    counts.receipt = receipt
    return counts
  } finally {
    await monitor.stop()
  }
}

/** Sources, options and chunks of a run; the chunks begin and end where documents do. */
export const planRun = async (files: string | readonly string[], specialTokens: readonly string[], options: PretokenizeOptions): Promise<RunPlan> => {
  const pipeline = resolveTokenizer(options.tokenizer)
  const engine = chooseEngine(pipeline.stages, options.engine) // a pattern that no tier can do fails here, before anything is read
  const special = createSpecialTokens(specialTokens)
  const paths = typeof files === 'string' ? [files] : files
  if (paths.length === 0) throw new PretokError('usage', 'nothing to count: no file was given')
  checkSizes(options)
  const sources = await inParallel(paths, inspectSource)
  const machine = inspectMachine()
  const numProcesses = options.numProcesses ?? machine.cores
  const maxMemoryGb = options.maxMemoryGb ?? defaultMaxMemoryGb(machine, numProcesses)
  const { chunkBytes, chunks } = planChunks(sources, { numProcesses, maxMemoryGb, ...(options.chunkBytes !== undefined && { chunkBytes: options.chunkBytes }) })
  const snapped = await snapAll(sources, chunks, special, createSafeCut(pipeline, engine))
  // who asks for a number of workers gets them; otherwise small input is not worth it
  const isSmall = options.numProcesses === undefined && options.workerUrl === undefined && totalSize(sources) <= SMALL_BYTES
  return { pipeline, engine, special, sources, chunks: snapped, chunkBytes, numProcesses, maxMemoryGb, threads: isSmall ? 0 : Math.min(numProcesses, snapped.length) }
}

const totalSize = (sources: readonly Source[]): number => sources.reduce((sum, { size }) => sum + size, 0)

const checkSizes = ({ blockBytes, maxPieceBytes }: PretokenizeOptions): void => {
  for (const [name, value] of Object.entries({ blockBytes, maxPieceBytes }))
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1 && value <= 2 ** 30)) throw new PretokError('usage', `${name}: ${value} is no whole number of bytes from 1 to 2^30`)
}

/** A few at a time: thousands of files must not all be open at once. */
const inParallel = async <Item, Result>(items: readonly Item[], call: (item: Item) => Promise<Result>): Promise<Result[]> => {
  const results: Result[] = []
  for await (const result of mapInFlight(items, call, FILES_AT_A_TIME)) results.push(result)
  return results
}

const snapAll = async (sources: readonly Source[], chunks: readonly Chunk[], special: SpecialTokens, safeCut: FindSafeCut | undefined): Promise<Chunk[]> => {
  const ofSource = sources.map((): Chunk[] => [])
  for (const chunk of chunks) ofSource[chunk.source].push(chunk)
  const snap = async (own: Chunk[]): Promise<Chunk[]> => (own.length < 2 ? own : withReadAt(sources[own[0].source], (readAt) => snapChunks(own, special, readAt, safeCut)))
  return (await inParallel(ofSource, snap)).flat()
}

/** Where text without special tokens can be cut; only the automaton can tell. */
const createSafeCut = ({ normalizer }: Pipeline, engine: Engine): FindSafeCut | undefined => {
  if (engine.name !== 'automaton' || engine.tables.length === 0) return undefined
  const find = createSafeCutFinder(engine.tables[0])
  return normalizer === 'NFC' ? onNormalText(find) : find
}

const countAll = async (plan: RunPlan, options: PretokenizeOptions, monitor: Monitor, seconds: () => number): Promise<RoundsResult> => {
  const { chunks, sources, pipeline, engine, special } = plan
  const totalBytes = totalSize(sources)
  const workerUrl = options.workerUrl ?? new URL('./worker.js', import.meta.url)
  const workerOptions: WorkerOptions = {
    errors: options.errors ?? 'replace',
    stripBom: options.stripBom ?? false,
    blockBytes: options.blockBytes ?? DEFAULT_BLOCK_BYTES,
    maxPieceBytes: options.maxPieceBytes ?? DEFAULT_MAX_PIECE_BYTES,
  }
  const describe = (chunk: number): string => (chunk === -1 ? 'its start' : `${sources[chunks[chunk].source].path}, bytes ${chunks[chunk].start} to ${chunks[chunk].end}`)
  const watch = watchProgress(totalBytes, plan, options, monitor, seconds)
  try {
    return await runRounds({
      chunks: chunks.length,
      slots: Math.max(1, plan.threads),
      taskFor: (board, slot) => ({ normalizer: pipeline.normalizer, engine, specialTokens: special.tokens, sources, chunks, options: workerOptions, board: board.memory, slot }),
      start: (slots) => (plan.threads === 0 ? { run: (tasks) => tasks.map(countChunks), close: async () => {} } : startThreads(workerUrl, slots)),
      onError: options.onError ?? 'fail',
      describe,
      onRound: watch.follow,
      onRetry: ({ chunk, reason }: FailedChunk) => options.onWarning?.(`a worker failed at ${describe(chunk)} (${reason.split('\n')[0]}); its chunks are counted again`),
      signal: options.signal,
    })
  } finally {
    watch.stop()
  }
}

/** Reads the board at intervals: progress, samples of memory and CPU, and the budget. */
const watchProgress = (totalBytes: number, plan: RunPlan, options: PretokenizeOptions, monitor: Monitor, seconds: () => number) => {
  let look = (): void => {}
  let hasWarned = false
  const timer = setInterval(() => look(), PROGRESS_MS)
  return {
    follow(board: Board, slots: number): void {
      look = () => {
        const workers = Array.from({ length: slots }, (_, slot) => board.progressOf(slot))
        const sum = (field: 'bytes' | 'documents' | 'pieces' | 'distinct') => workers.reduce((total, worker) => total + worker[field], 0)
        const documents = sum('documents')
        monitor.tick(documents)
        const over = workers.find(({ memory }) => memory > plan.maxMemoryGb * 2 ** 30)
        if (over !== undefined && !hasWarned) {
          hasWarned = true
          options.onWarning?.(overBudget(over.memory, plan))
        }
        options.onProgress?.({
          phase: 'count', bytes: sum('bytes'), totalBytes, documents, pieces: sum('pieces'), distinct: sum('distinct'),
          rss: monitor.latest.rss, cpuPercent: monitor.latest.cpuPercent, seconds: seconds(), workers: workers.map(({ bytes, memory }) => ({ bytes, memory })),
        })
      }
    },
    stop(): void {
      look()
      clearInterval(timer)
    },
  }
}

const overBudget = (memory: number, plan: RunPlan): string =>
  `a worker holds ${(memory / 2 ** 30).toFixed(2)} GiB of distinct pre-tokens, more than its budget of ${plan.maxMemoryGb} GiB. The run goes on; ` +
  `to stay within memory, give each worker more (--max-memory-gb) and use fewer of them (--num-processes, now ${plan.numProcesses})`
