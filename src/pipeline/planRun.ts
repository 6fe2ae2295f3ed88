import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { chooseTokens, createAddedTokens, type AddedTokens } from '../added/addedTokens.ts'
import { DEFAULT_LIMITS } from '../count/counter.ts'
import { chooseEngine, type Engine } from '../count/engine.ts'
import { loadTransformersJs, transformersJsEngine } from '../count/transformersJs.ts'
import { PretokError } from '../errors.ts'
import type { WorkerOptions } from '../messages.ts'
import { normalizeText } from '../normalize/normalizer.ts'
import { onNormalText } from '../normalize/safeCut.ts'
import { checkLists, checkOptions, DEFAULT_MAX_RECORD_BYTES, sampleOf, textFieldsOf, type PretokenizeOptions } from '../options.ts'
import { defaultMaxMemoryGb, inspectMachine } from '../plan/machine.ts'
import { planMemory, shareMemory, type MemoryPlan } from '../plan/memory.ts'
import { orderChunks, planChunks } from '../plan/planChunks.ts'
import { planTasks } from '../plan/planTasks.ts'
import { mapInFlight } from '../read/inFlight.ts'
import { STANDARD_INPUT } from '../read/inputNames.ts'
import { expandInputs, spoolStandardInput } from '../read/inputs.ts'
import { openSource } from '../read/openSource.ts'
import { sampleSource, withReadAt } from '../read/source.ts'
import { createRunFolder, differences, openRunFolder, type Definition, type RunFolder } from '../run/runFolder.ts'
import { chooseChunks } from '../select/chooseChunks.ts'
import { snapSource, type Cuts } from '../snap/snapSource.ts'
import type { FindSafeCut } from '../snap/snapChunks.ts'
import { awayFromEnds } from '../snap/tokenCuts.ts'
import { reserveTemporaryFolder, type TemporaryFolder } from '../spill/temporaryFolder.ts'
import { createSafeCutFinder, hasSafeCuts } from '../split/safeCut.ts'
import { loadTokenizer } from '../tokenizer/resolve.ts'
import type { AddedToken, Chunk, Filters, Pipeline, Source, Task } from '../types.ts'
import { VERSION } from '../version.ts'

/** Everything about a run that is settled before it begins. */
export interface RunPlan {
  pipeline: Pipeline
  engine: Engine
  addedTokens: readonly AddedToken[]
  /** The special ones among them, by content. */
  specialTokens: string[]
  reading: WorkerOptions
  sources: Source[]
  chunks: Chunk[]
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

/** Below this size, starting threads takes longer than counting. */
const SMALL_BYTES = 4 * 2 ** 20
const FILES_AT_A_TIME = 16

/**
 * Sources, options and chunks of a run; the chunks begin and end where a cut changes nothing. With a work-dir, it has a run folder then.
 *
 * @param onThreads is told early how many threads there will be, at most
 */
export const planRun = async (
  files: string | readonly string[],
  specialTokens: readonly string[],
  options: PretokenizeOptions,
  onThreads: (threads: number) => void = () => {},
): Promise<RunPlan> => {
  checkOptions(options)
  const paths = checkLists(files, specialTokens)
  const existing = options.workDir === undefined ? undefined : openRunFolder(options.workDir)
  if (existing !== undefined && options.resume !== true)
    throw new PretokError(
      'usage',
      `work-dir ${options.workDir}: there is a run in it; --resume goes on with it, another folder begins a new one`,
    )
  const means = planMeans(options)
  const sources = await openSources(paths, options)
  const { numProcesses, maxMemoryGb } = means
  const { chunkBytes, chunks: planned } = planChunks(sources, { numProcesses, maxMemoryGb, chunkBytes: options.chunkBytes })
  onThreads(Math.min(mostThreads(options, sources), numProcesses, planned.length))
  const { pipeline, engine } = await chooseTokenizer(options)
  const addedTokens = chooseTokens(pipeline.addedTokens, specialTokens)
  const subject = { pipeline, engine, addedTokens, sources, reading: readingOf(options) }
  if (existing !== undefined) return resumed(existing, subject, means, options)
  const added = createAddedTokens(addedTokens, (text) => normalizeText(pipeline.normalizers, text))
  const { reading } = subject
  // documents are chosen by where they begin, so no chunk may begin inside one
  const chooses = reading.sample !== undefined || reading.maxBytes !== undefined || reading.maxDocuments !== undefined
  // in a run folder chunks are what is not done twice; otherwise one source of many is a chunk, and so is all that one worker has to do
  const wantsChunks = options.workDir !== undefined || options.chunkBytes !== undefined
  const findSafeCut = chooses ? undefined : createSafeCut(pipeline, engine, added)
  const snapped = await snapAll(sources, planned, {
    documentPer: reading.documentPer,
    added,
    findSafeCut,
    isPlaced: chooses,
    passesOverErrors: reading.onError === 'skip',
    isWorthReading: ({ size }) => wantsChunks || (numProcesses > 1 && 2 * numProcesses * size > totalSize(sources)),
  })
  const chosen = await chooseChunks(snapped, sources, reading, specialOnes(addedTokens))
  const chunks = orderChunks(chosen.chunks, chunkBytes)
  const { filters } = chosen
  const singly = chunks.map((_, chunk): Task => ({ start: chunk, end: chunk + 1 }))
  if (options.workDir === undefined)
    return complete({ ...subject, chunks, filters, chunkBytes, tasks: singly, run: undefined }, means, options)
  const tasks = planTasks(chunks, numProcesses)
  const run = await createRunFolder(options.workDir, {
    version: 1,
    definition: await define(subject),
    chunkBytes,
    chunks: chunks.map(({ source, start, end, until }) => (until === undefined ? [source, start, end] : [source, start, end, until])),
    filters,
    tasks,
  })
  return complete({ ...subject, chunks, filters, chunkBytes, tasks, run }, means, options)
}

/** The run that a run folder has a plan for. Throws 'source-changed' if its sources are not what they were. */
export const planFromFolder = async (path: string, options: PretokenizeOptions): Promise<RunPlan> => {
  checkOptions(options)
  const run = openRunFolder(path)
  if (run === undefined)
    throw new PretokError('input', `reading the run folder ${path}: there is no plan.json in it; pretok plan makes one`)
  const { pipeline, addedTokens, engine: kind, sources: planned, reading } = run.plan.definition
  const engine = kind === 'transformers.js' ? transformersJsEngine(pipeline) : chooseEngine(pipeline.stages, options.engine as never)
  const sources = await inParallel(planned, ({ path, format }) => openSource(path, format))
  const blocks = { blockBytes: options.blockBytes ?? DEFAULT_LIMITS.blockBytes, maxPieceBytes: DEFAULT_LIMITS.maxPieceBytes }
  const subject = { pipeline, engine, addedTokens, sources, reading: { ...(reading as WorkerOptions), ...blocks } }
  return resumed(run, subject, planMeans(options), options)
}

type Subject = Pick<RunPlan, 'pipeline' | 'engine' | 'addedTokens' | 'sources' | 'reading'>
type Means = Pick<RunPlan, 'numProcesses' | 'maxMemoryGb' | 'memory'>

/** The plan of a run folder, if it is for the same subject. */
const resumed = async (run: RunFolder, subject: Subject, means: Means, options: PretokenizeOptions): Promise<RunPlan> => {
  const found = differences(run.plan.definition, await define(subject))
  if (found.length > 0)
    throw new PretokError(
      'usage',
      `resuming the run in ${run.path}: it was planned for something else:\n${found.map((difference) => `  ${difference}`).join('\n')}\n` +
        'what is done there cannot be used; plan into another folder',
    )
  const { chunkBytes, chunks, filters, tasks } = run.plan
  const asChunks = chunks.map(([source, start, end, until]): Chunk => ({ source, start, end, ...(until === undefined ? {} : { until }) }))
  return complete({ ...subject, chunks: asChunks, filters, chunkBytes, tasks, run }, means, options)
}

const complete = (
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

/** Who asks for a number of workers gets them; otherwise small input is not worth any. */
const mostThreads = ({ numProcesses, workerUrl }: PretokenizeOptions, sources: readonly Source[]): number =>
  numProcesses === undefined && workerUrl === undefined && totalSize(sources) <= SMALL_BYTES ? 0 : Infinity

const specialOnes = (addedTokens: readonly AddedToken[]): string[] =>
  addedTokens.filter(({ special }) => special).map(({ content }) => content)

const planMeans = (options: PretokenizeOptions): Means => {
  const machine = inspectMachine()
  const numProcesses = options.numProcesses ?? machine.cores
  const maxMemoryGb = options.maxMemoryGb ?? defaultMaxMemoryGb(machine, numProcesses)
  const memory =
    options.accountedBytes === undefined
      ? planMemory(maxMemoryGb, options.maxPieceBytes)
      : shareMemory(options.accountedBytes, options.maxPieceBytes)
  return { numProcesses, maxMemoryGb, memory }
}

const readingOf = (options: PretokenizeOptions): WorkerOptions => ({
  errors: options.errors ?? 'replace',
  onError: options.onError ?? 'fail',
  documentPer: options.documentPer ?? 'file',
  textFields: textFieldsOf(options),
  maxRecordBytes: options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES,
  stripBom: options.stripBom ?? false,
  sample: sampleOf(options),
  maxBytes: options.maxBytes,
  maxDocuments: options.maxDocuments,
  blockBytes: options.blockBytes ?? DEFAULT_LIMITS.blockBytes,
  maxPieceBytes: DEFAULT_LIMITS.maxPieceBytes,
})

/** What decides about the result of a run, and nothing else: not how large blocks are, or how much memory there is. */
const define = async ({ pipeline, engine, addedTokens, sources, reading }: Subject): Promise<Definition> => {
  const { blockBytes: _, maxPieceBytes: __, ...deciding } = reading
  return {
    rules: `pretok ${VERSION}`,
    pipeline,
    addedTokens,
    engine: engine.name === 'transformers.js' ? 'transformers.js' : 'own',
    reading: deciding,
    sources: await inParallel(sources, async (source) => ({ ...source, sample: await sampleSource(source) })),
  }
}

/** The files behind the names that were given, looked at. */
const openSources = async (names: readonly string[], { format, onWarning, workDir }: PretokenizeOptions): Promise<Source[]> => {
  const found = await expandInputs(names, (message) => onWarning?.(message))
  if (workDir !== undefined && found.includes(STANDARD_INPUT))
    throw new PretokError('usage', 'work-dir: what comes from standard input cannot be read again; write it to a file first')
  // a run folder may be gone on with from anywhere
  const paths = workDir === undefined ? found : found.map((path) => resolve(path))
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

export const totalSize = (sources: readonly Source[]): number => sources.reduce((sum, { size }) => sum + size, 0)

/** A few at a time: thousands of files must not all be open at once. */
export const inParallel = async <Item, Result>(items: readonly Item[], call: (item: Item) => Promise<Result>): Promise<Result[]> => {
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
