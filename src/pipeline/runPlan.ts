import { tmpdir } from 'node:os'
import type { Engine } from '../count/engine.ts'
import type { WorkerOptions } from '../messages.ts'
import type { PretokenizeOptions } from '../options.ts'
import { defaultMaxMemoryGb, inspectMachine } from '../plan/machine.ts'
import { planMemory, shareMemory, type MemoryPlan } from '../plan/memory.ts'
import { mapInFlight } from '../read/inFlight.ts'
import type { RunFolder } from '../run/runFolder.ts'
import { reserveTemporaryFolder, type TemporaryFolder } from '../spill/temporaryFolder.ts'
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
  /** Worker threads to start; 0: the main thread counts. */
  threads: number
}

/** What is counted, and how. */
export type Subject = Pick<RunPlan, 'pipeline' | 'engine' | 'addedTokens' | 'sources' | 'format' | 'reading'>
/** What it is counted with. */
export type Means = Pick<RunPlan, 'numProcesses' | 'maxMemoryGb' | 'memory'>

/** The whole plan. */
export const complete = (
  settled: Subject & Pick<RunPlan, 'chunks' | 'filters' | 'chunkBytes' | 'tasks' | 'run'>,
  means: Means,
  options: PretokenizeOptions,
): RunPlan => {
  const { addedTokens, sources, tasks, run } = settled
  return {
    ...settled,
    ...means,
    reading: { ...settled.reading, maxPieceBytes: means.memory.maxPieceBytes },
    specialTokens: specialOnes(addedTokens),
    folder: reserveTemporaryFolder(run?.path ?? options.tempDir ?? tmpdir()),
    threads: Math.min(mostThreads(options, sources), means.numProcesses, tasks.length),
  }
}

/** Below this size, starting threads takes longer than counting. */
const SMALL_BYTES = 4 * 2 ** 20
/** Who asks for a number of workers gets them; otherwise small input is not worth any. */
export const mostThreads = ({ numProcesses, workerUrl }: PretokenizeOptions, sources: readonly Source[]): number =>
  numProcesses === undefined && workerUrl === undefined && totalSize(sources) <= SMALL_BYTES ? 0 : Infinity

export const specialOnes = (addedTokens: readonly AddedToken[]): string[] =>
  addedTokens.filter(({ special }) => special).map(({ content }) => content)

export const planMeans = (options: PretokenizeOptions): Means => {
  const machine = inspectMachine()
  const numProcesses = options.numProcesses ?? machine.cores
  const maxMemoryGb = options.maxMemoryGb ?? defaultMaxMemoryGb(machine, numProcesses)
  const memory =
    options.accountedBytes === undefined
      ? planMemory(maxMemoryGb, options.maxPieceBytes)
      : shareMemory(options.accountedBytes, options.maxPieceBytes)
  return { numProcesses, maxMemoryGb, memory }
}

export const totalSize = (sources: readonly Source[]): number => sources.reduce((sum, { size }) => sum + size, 0)

const FILES_AT_A_TIME = 16

/** A few at a time: thousands of files must not all be open at once. */
export const inParallel = async <Item, Result>(items: readonly Item[], call: (item: Item) => Promise<Result>): Promise<Result[]> => {
  const results: Result[] = []
  for await (const result of mapInFlight(items, call, FILES_AT_A_TIME)) results.push(result)
  return results
}
