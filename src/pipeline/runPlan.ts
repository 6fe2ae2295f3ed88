import { availableParallelism, tmpdir } from 'node:os'
import { leastMemory } from '../count/counter.ts'
import type { Engine } from '../count/engine.ts'
import type { WorkerOptions } from '../messages.ts'
import type { PretokenizeOptions } from '../options.ts'
import { defaultMaxMemoryGb, inspectMachine } from '../plan/machine.ts'
import { SHORT_BYTES } from '../plan/planChunks.ts'
import { planMemory, shareMemory, type MemoryPlan } from '../plan/memory.ts'
import { isWorthAhead } from '../read/blocksAhead.ts'
import type { RunFolder } from '../run/runFolder.ts'
import type { Shard } from '../run/tasks.ts'
import type { PieceFilter } from '../select/pieceFilter.ts'
import { reserveTemporaryFolder, type TemporaryFolder } from '../temporary.ts'
import type { AddedToken, Chunk, Filters, InputFormat, Pipeline, Source, Task } from '../types.ts'

/** Everything about a run that is settled before it begins. */
export interface RunPlan {
  pipeline: Pipeline
  engine: Engine
  addedTokens: readonly AddedToken[]
  /** The special ones among them, by content. */
  specialTokens: string[]
  reading: WorkerOptions
  sources: Source[]
  /** What they hold, if that was said. */
  format: InputFormat | undefined
  /** Which pieces stay in the result. */
  pieces: PieceFilter | undefined
  chunks: readonly Chunk[]
  filters: Filters
  tasks: readonly Task[]
  chunkBytes: number
  numProcesses: number
  maxMemoryGb: number
  memory: MemoryPlan
  /** For what is spilled. */
  folder: TemporaryFolder
  /** Where partial results go. */
  run: RunFolder | undefined
  /** Which of the tasks are to be done by this run. Default: all. */
  shard?: Shard | undefined
  /** How many count: at least one. */
  workers: number
  main: MainRole
}

/** What the main thread does of the workers' work: all, or counting as one of them, or none. Whatever it does not do has threads. */
export type MainRole = 'all' | 'counts' | 'none'

/** What is counted, and how. */
export type Subject = Pick<RunPlan, 'pipeline' | 'engine' | 'addedTokens' | 'sources' | 'format' | 'reading' | 'pieces'>
/** What it is counted with. */
export type Means = Pick<RunPlan, 'numProcesses' | 'maxMemoryGb' | 'memory'>

/**
 * The whole plan.
 *
 * @param isMerge nothing is counted: what is spilled need not be on the disk of the run folder, where results are renamed to
 */
export const complete = (
  settled: Subject & Pick<RunPlan, 'chunks' | 'filters' | 'chunkBytes' | 'tasks' | 'run'>,
  means: Means,
  options: PretokenizeOptions,
  isMerge = false,
): RunPlan => {
  const { addedTokens, sources, tasks, run } = settled
  const main = mainRole(options, sources, means)
  return {
    ...settled,
    ...means,
    reading: { ...settled.reading, maxPieceBytes: means.memory.maxPieceBytes },
    specialTokens: specialOnes(addedTokens),
    folder: reserveTemporaryFolder((isMerge ? undefined : run?.path) ?? options.tempDir ?? run?.path ?? tmpdir()),
    workers: main === 'all' ? 1 : Math.max(1, Math.min(means.numProcesses, tasks.length)),
    main,
  }
}

/** Below this size, starting threads takes longer than counting. */
const SMALL_BYTES = 4 * 2 ** 20
/** What is compressed becomes so many times as long, or more. */
const EXPANSION = 4
/** With less, the main thread does not count along: it has half of a worker's memory then. Nor if pieces may be too long for that. */
const LEAST_SHARED_BYTES = 128e6
/** Tables of text are seldom larger than the text. */
const TABLE_ROOM = 4

/**
 * Small input is not worth any thread, unless a number of workers was asked for. The main thread counts along while that is a matter of a
 * second: it begins a twentieth of a second before a thread could. Later timers and signals would wait too long, since sorting a large table
 * cannot be interrupted; and what a thread dies of, the process survives.
 */
export const mainRole = (
  { numProcesses, workerUrl, engine }: PretokenizeOptions,
  sources: readonly Source[],
  { memory }: Pick<Means, 'memory'>,
): MainRole => {
  if (workerUrl !== undefined) return 'none'
  const size = totalSize(sources)
  if (numProcesses === undefined && size <= SMALL_BYTES) return 'all'
  const isShort = textSize(sources) <= Math.min(SHORT_BYTES, memory.counting / TABLE_ROOM)
  const isEnough = memory.accounted >= LEAST_SHARED_BYTES && keptByMain({ main: 'counts', memory }) >= leastMemory(memory.maxPieceBytes)
  return isShort && isEnough && engine !== 'transformers.js' ? 'counts' : 'none'
}

/** About as much text as there is. */
const textSize = (sources: readonly Source[]): number =>
  sources.reduce((sum, { size, compression, format }) => sum + size * (compression === 'none' && format !== 'parquet' ? 1 : EXPANSION), 0)

/** How many of the workers are threads. */
export const threadsOf = (main: MainRole, workers: number): number => (main === 'none' ? workers : main === 'counts' ? workers - 1 : 0)

/** Whether another thread decompresses for one that counts: there is a core for it then. */
export const hasDecompressors = (main: MainRole, workers: number): boolean => main !== 'all' && workers < availableParallelism()

/** What is started while a run is still planned: threads, and the one that decompresses for the main thread. */
export interface Staff {
  threads: number
  decompressor: boolean
}

/** @param planned chunks whose borders have not been moved yet */
export const planStaff = (options: PretokenizeOptions, sources: readonly Source[], means: Means, planned: readonly Chunk[]): Staff => {
  const main = mainRole(options, sources, means)
  const workers = Math.max(1, Math.min(means.numProcesses, countParts(sources, planned)))
  return {
    threads: threadsOf(main, workers),
    decompressor: main === 'counts' && hasDecompressors(main, workers) && planned.some((chunk) => isWorthAhead(sources[chunk.source], chunk)),
  }
}

/** How many chunks there will be, at most: most of what is compressed cannot be cut. */
const countParts = (sources: readonly Source[], planned: readonly Chunk[]): number =>
  planned.filter(({ source, start }) => start === 0 || sources[source].compression === 'none').length

/** Memory that the main thread still holds when it has counted. */
export const keptByMain = ({ main, memory }: Pick<RunPlan, 'main' | 'memory'>): number =>
  main === 'counts' ? Math.floor(memory.counting / 2) : 0

export const specialOnes = (addedTokens: readonly AddedToken[]): string[] =>
  addedTokens.filter(({ special }) => special).map(({ content }) => content)

export const planMeans = (options: PretokenizeOptions): Means => {
  const machine = inspectMachine()
  const numProcesses = options.numProcesses ?? machine.cores
  const maxMemoryGb = options.maxMemoryGb ?? defaultMaxMemoryGb(machine, numProcesses)
  const memory =
    options.accountedBytes === undefined
      ? planMemory(maxMemoryGb, options.maxPieceBytes, leastMemory)
      : shareMemory(options.accountedBytes, options.maxPieceBytes)
  return { numProcesses, maxMemoryGb, memory }
}

export const totalSize = (sources: readonly Source[]): number => sources.reduce((sum, { size }) => sum + size, 0)
