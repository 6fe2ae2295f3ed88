import type { Engine } from '../count/engine.ts'
import { loadEngine } from '../count/readyEngine.ts'
import { DEFAULT_LIMITS } from '../count/counter.ts'
import { PretokError } from '../errors.ts'
import type { WorkerOptions } from '../messages.ts'
import type { PretokenizeOptions } from '../options.ts'
import { planChunks } from '../plan/planChunks.ts'
import { replanTasks } from '../plan/replanTasks.ts'
import { inParallel } from '../read/inFlight.ts'
import { openSource } from '../read/openSource.ts'
import { sampleSource } from '../read/source.ts'
import type { Definition } from '../run/definition.ts'
import { differencesOf } from '../run/differences.ts'
import { createRunFolder, newTasks, openRunFolder, removeAbandoned, taskPlanOf, type RunFolder } from '../run/runFolder.ts'
import { chooseChunks } from '../select/chooseChunks.ts'
import { leadingRewritesAsNormalizers } from '../tokenizer/leadingRewrites.ts'
import type { Chunk, EngineChoice, Pipeline } from '../types.ts'
import { VERSION } from '../version.ts'
import { cutSources, hasLimits } from './cutSources.ts'
import { complete, planMeans, specialOnes, type Means, type RunPlan, type Subject } from './runPlan.ts'

/**
 * The run that a run folder has a plan for. If its sources are not what they were, they are planned anew.
 *
 * @param mayReplan otherwise that is an error, 'source-changed'
 */
export const planFromFolder = async (path: string, options: PretokenizeOptions, mayReplan: boolean): Promise<RunPlan> => {
  const run = openRunFolder(path)
  if (run === undefined)
    throw new PretokError('input', `reading the run folder ${path}: there is no plan.json in it; pretok plan makes one`)
  const { pipeline, addedTokens, engine: kind, sources: planned, format, reading, pieces } = run.plan.definition
  const engine = await plannedEngine(path, kind, pipeline, options.engine)
  const sources = await inParallel(planned, ({ path }) => openSource(path, { format }))
  const blocks = { blockBytes: options.blockBytes ?? DEFAULT_LIMITS.blockBytes, maxPieceBytes: DEFAULT_LIMITS.maxPieceBytes }
  const subject = { pipeline, engine, addedTokens, sources, format, reading: { ...(reading as WorkerOptions), ...blocks }, pieces }
  return resumed(run, subject, planMeans(options), options, mayReplan)
}

/** What runs the pipeline of a plan. Which tier does changes nothing; whether one of ours does, the plan has settled. */
const plannedEngine = async (path: string, kind: Definition['engine'], pipeline: Pipeline, choice: EngineChoice | undefined): Promise<Engine> => {
  if (choice !== undefined && (choice === 'transformers.js') !== (kind === 'transformers.js'))
    throw new PretokError(
      'usage',
      `engine: the run in ${path} was planned for ${kind === 'transformers.js' ? kind : "pretok's own tiers"}, not for ${choice}, whose pieces may be others; ` +
        'another folder can have another plan',
    )
  if (choice === 'transformers.js' || kind === 'transformers.js') return (await import('../count/transformersJs.ts')).transformersJsEngine(pipeline)
  return loadEngine(pipeline.stages, choice)
}

/** The plan of a run folder, if it is for the same subject; sources that have changed since are planned anew. */
export const resumed = async (
  run: RunFolder,
  subject: Subject,
  means: Means,
  options: PretokenizeOptions,
  mayReplan = true,
): Promise<RunPlan> => {
  const definition = await define(subject)
  const { others, changed } = differencesOf(run.plan.definition, definition)
  if (others.length > 0)
    throw new PretokError(
      'usage',
      `resuming the run in ${run.path}: it was planned for something else:\n${listed(others)}\n` +
        'what is done there cannot be used; plan into another folder',
    )
  const asPlanned = (run: RunFolder): RunPlan =>
    complete({ ...subject, ...taskPlanOf(run), filters: run.plan.filters, run }, means, options, !mayReplan)
  if (changed.size === 0) return asPlanned(run)
  const changes = listed([...changed.values()])
  if (!mayReplan)
    throw new PretokError(
      'source-changed',
      `merging ${run.path}: it is not the result of the input as it is now:\n${changes}\npretok count ${run.path} counts that again`,
    )
  const replanned = await replan(run, subject, means, definition, changed, options.signal)
  const anew = newTasks(run, replanned).length
  options.onWarning?.(
    `${run.path}: some input has changed since it was planned:\n${changes}\n` +
      `${anew} of ${replanned.plan.tasks.length} tasks are to be done for that; what is done of the others is kept`,
  )
  return asPlanned(replanned)
}

/** Gives a run folder a plan for sources of which some have changed. Tasks of the others stay, and their results. */
const replan = async (
  run: RunFolder,
  subject: Subject,
  { numProcesses, maxMemoryGb }: Means,
  definition: Definition,
  changed: ReadonlyMap<number, string>,
  signal: AbortSignal | undefined,
): Promise<RunFolder> => {
  const { sources, addedTokens, reading } = subject
  const before = taskPlanOf(run)
  // a limit may now be reached elsewhere, so chunks behind the old one are needed, too
  const isAnew = ({ source }: Chunk): boolean => changed.has(source) || hasLimits(reading)
  const planned = planChunks(sources, { numProcesses, maxMemoryGb, chunkBytes: before.chunkBytes }).chunks.filter(isAnew)
  const cut = [...before.chunks.filter((chunk) => !isAnew(chunk)), ...(await cutSources(subject, planned, () => true, signal))]
  const { chunks, filters } = await chooseChunks(cut, sources, reading, specialOnes(addedTokens), signal)
  const taskPlan = replanTasks(before, chunks, (source) => changed.has(source))
  const replanned = await createRunFolder(run.path, definition, taskPlan, filters)
  removeAbandoned(run, replanned)
  return replanned
}

const MOST_LISTED = 10

/** Lines of a message. */
const listed = (lines: readonly string[]): string => {
  const more = lines.length > MOST_LISTED ? [`and ${lines.length - MOST_LISTED} more`] : []
  return [...lines.slice(0, MOST_LISTED), ...more].map((line) => `  ${line}`).join('\n')
}

/** What decides about the result of a run, and nothing else: not how large blocks are, or how much memory there is. */
export const define = async ({ pipeline, engine, addedTokens, sources, format, reading, pieces }: Subject): Promise<Definition> => {
  const { blockBytes: _, maxPieceBytes: __, ...deciding } = reading
  return {
    rules: `pretok ${VERSION}`,
    // the same whatever tier runs it
    pipeline: engine.name === 'transformers.js' ? pipeline : leadingRewritesAsNormalizers(pipeline),
    addedTokens,
    engine: engine.name === 'transformers.js' ? 'transformers.js' : 'own',
    reading: deciding,
    format,
    pieces,
    sources: await inParallel(sources, async (source) => ({ ...source, sample: await sampleSource(source) })),
  }
}
