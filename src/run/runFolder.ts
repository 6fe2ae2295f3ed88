import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describeSystemError, PretokError } from '../errors.ts'
import { PARTITIONS } from '../spill/layout.ts'
import { partialPath, type PartialAbout } from '../spill/partial.ts'
import { RunFile } from '../spill/runReader.ts'
import { runOutputError } from '../spill/runWriter.ts'
import { isAlive } from '../spill/temporaryFolder.ts'
import type { AddedToken, Filters, Pipeline, Source, Task } from '../types.ts'
import { writeFileAtomically } from '../write/atomicFile.ts'

/*
 * The run folder: checkpoint, resume point and unit of distribution, all in one.
 *
 *   plan.json       what is to be counted and how, and the list of tasks; its hash is the plan's id
 *   partials/       task-000000.run …: the result of each task that is done, a run file whose footer names plan and task
 *   pretok-HOST-…/  what an attempt is at work on; removed at its end, or by the next one if its process was killed
 *
 * A partial is a function of the plan and the task alone. It is written elsewhere and renamed: where it stands it is whole, and two attempts
 * at one task do no harm. So there are no locks, and any number of processes, on machines that share the folder, can work on it.
 */

/** Version of plan.json. Another one is refused. */
const VERSION = 1

/** What decides about the result: two plans with the same definition count the same. */
export interface Definition {
  /** Version of the Unicode tables and rules of this program that partials are made by. */
  rules: string
  pipeline: Pipeline
  addedTokens: readonly AddedToken[]
  /** Whether transformers.js cuts, whose pieces may be others. */
  engine: 'own' | 'transformers.js'
  reading: object
  /** Size, time of change, and a hash over samples of each source. */
  sources: readonly (Source & { sample: string })[]
}

export interface FolderPlan {
  version: number
  definition: Definition
  chunkBytes: number
  chunks: readonly [source: number, start: number, end: number, until?: number][]
  filters: Filters
  tasks: readonly Task[]
}

export interface RunFolder {
  path: string
  plan: FolderPlan
  /** Of the plan: partials of another one are not taken. */
  id: string
}

export const partialsOf = (folder: string): string => join(folder, 'partials')
const planPath = (folder: string): string => join(folder, 'plan.json')

const idOf = (plan: FolderPlan): string => createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 16)

/** Makes a run folder. */
export const createRunFolder = async (path: string, plan: FolderPlan): Promise<RunFolder> => {
  try {
    mkdirSync(partialsOf(path), { recursive: true })
  } catch (error) {
    throw runOutputError(path, error)
  }
  const id = idOf(plan)
  await writeFileAtomically(planPath(path), `${JSON.stringify({ id, plan })}\n`)
  return { path, plan, id }
}

/** The run folder at a path; undefined if there is none. Throws 'format' for a plan that is damaged or of another version. */
export const openRunFolder = (path: string): RunFolder | undefined => {
  let text
  try {
    text = readFileSync(planPath(path), 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new PretokError('input', `reading ${planPath(path)}: ${describeSystemError(error)}`, { cause: error })
  }
  const { id, plan } = parsePlan(path, text)
  if (plan.version !== VERSION) throw damagedPlan(path, `it has version ${plan.version}, and this program reads version ${VERSION}`)
  if (idOf(plan) !== id) throw damagedPlan(path, `its hash is ${idOf(plan)} instead of ${id}; it was changed or damaged`)
  return { path, plan, id }
}

const parsePlan = (path: string, text: string): { id: string; plan: FolderPlan } => {
  try {
    return JSON.parse(text) as never
  } catch (error) {
    throw damagedPlan(path, `it is no JSON (${(error as Error).message})`)
  }
}

const damagedPlan = (path: string, problem: string): PretokError =>
  new PretokError('format', `reading ${planPath(path)}: ${problem}; plan into a new folder`)

/** What differs between the definition of a run folder and another one, in words. */
export const differences = (there: Definition, now: Definition): string[] => {
  const differ = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b)
  const found: string[] = []
  if (there.rules !== now.rules) found.push(`the version of pretok's rules: ${there.rules} there, ${now.rules} now`)
  if (there.engine !== now.engine) found.push(`the engine: ${there.engine} there, ${now.engine} now`)
  if (differ(there.pipeline, now.pipeline)) found.push(`the tokenizer: ${there.pipeline.name} there, ${now.pipeline.name} now`)
  if (differ(there.addedTokens, now.addedTokens)) found.push(`the special or added tokens: ${tokenDifference(there, now)}`)
  for (const [name, value] of Object.entries(now.reading)) {
    const other = (there.reading as Record<string, unknown>)[name]
    if (differ(other, value)) found.push(`the option ${name}: ${JSON.stringify(other)} there, ${JSON.stringify(value)} now`)
  }
  return [...found, ...sourceDifferences(there, now)]
}

const MOST_NAMED = 3

const tokenDifference = ({ addedTokens: there }: Definition, { addedTokens: now }: Definition): string => {
  const only = (tokens: readonly AddedToken[], others: readonly AddedToken[]): string => {
    const contents = new Set(others.map((token) => JSON.stringify(token)))
    const left = tokens.filter((token) => !contents.has(JSON.stringify(token))).map(({ content }) => JSON.stringify(content))
    if (left.length === 0) return 'none'
    return left.slice(0, MOST_NAMED).join(', ') + (left.length > MOST_NAMED ? ` and ${left.length - MOST_NAMED} more` : '')
  }
  return `${only(there, now)} only there, ${only(now, there)} only now`
}

const sourceDifferences = ({ sources: there }: Definition, { sources: now }: Definition): string[] => {
  const before = new Map(there.map((source) => [source.path, source]))
  const found: string[] = []
  for (const source of now) {
    const old = before.get(source.path)
    before.delete(source.path)
    if (old === undefined) found.push(`the input ${source.path} is not in the plan`)
    else if (old.size !== source.size) found.push(`the input ${source.path} had ${old.size} bytes and has ${source.size} now`)
    else if (old.sample !== source.sample) found.push(`the input ${source.path} has other text than when it was planned`)
    else if (old.modified !== source.modified) found.push(`the input ${source.path} was written to since it was planned`)
    else if (JSON.stringify(old) !== JSON.stringify(source))
      found.push(`the input ${source.path} is read as ${source.format}, not as ${old.format}`)
  }
  for (const path of before.keys()) found.push(`the input ${path} is missing`)
  if (found.length === 0 && JSON.stringify(there) !== JSON.stringify(now)) found.push('the order of the inputs')
  return found
}

/** How a task stands. */
export type TaskState = { state: 'done'; about: PartialAbout } | { state: 'missing' } | { state: 'damaged'; problem: string }

/**
 * Looks at the partial of a task.
 *
 * @param isThorough reads all of it and holds it against its checksums, not only its footer
 */
export const inspectTask = ({ path, id }: RunFolder, task: number, isThorough: boolean): TaskState => {
  let run: RunFile<PartialAbout> | undefined
  try {
    run = new RunFile<PartialAbout>(partialPath(partialsOf(path), task), PARTITIONS)
    if (run.about.plan !== id) return { state: 'damaged', problem: `${run.path}: it belongs to another plan, ${run.about.plan}, not ${id}` }
    if (run.about.task !== task) return { state: 'damaged', problem: `${run.path}: it is the result of task ${run.about.task}` }
    if (isThorough) run.verify()
    return { state: 'done', about: run.about }
  } catch (error) {
    if (!(error instanceof PretokError)) throw error
    if ((error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return { state: 'missing' }
    return { state: 'damaged', problem: error.message }
  } finally {
    run?.close()
  }
}

/** Removes the partial of a task, so that it is made again. */
export const removePartial = ({ path }: RunFolder, task: number): void => rmSync(partialPath(partialsOf(path), task), { force: true })

/** Other attempts that are at work in a run folder, or seem to be: `host, pid`. */
export const otherAttempts = (path: string): string[] =>
  readdirSync(path).flatMap((name) => {
    const [, host, pid] = /^pretok-(.*)-(\d+)-[0-9a-f]{8}$/.exec(name) ?? []
    if (pid === undefined || (host === hostname() && (Number(pid) === process.pid || !isAlive(Number(pid))))) return []
    return [`host ${host}, process ${pid}`]
  })
