import { constants, fstatSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { closeReadNow } from '../closeRead.ts'
import { describeSystemError, PretokError } from '../errors.ts'
import { PARTITIONS } from '../spill/layout.ts'
import { partialPath, type PartialAbout } from '../spill/partial.ts'
import { RunFile } from '../spill/runReader.ts'
import { makeFolderOfRuns } from '../spill/runWriter.ts'
import { isAlive, namesIn, thisHost } from '../temporary.ts'
import type { TaskPlan } from '../plan/replanTasks.ts'
import type { Filters, Task } from '../types.ts'
import { writeFileAtomically } from '../write/atomicFile.ts'
import { idOf, taskIds, type Definition } from './definition.ts'

/*
 * The run folder: checkpoint, resume point and unit of distribution, all in one.
 *
 *   plan.json       what is to be counted and how, and the list of tasks with their ids; its hash is the plan's id
 *   partials/       ID.run …: the result of each task that is done, a run file whose footer has the task's id, too
 *   pretok-HOST-…/  what an attempt is at work on; removed at its end, or by the next one if its process was killed
 *
 * A partial is a function of what its task's id is made of (definition.ts): the options, and the task's own sources and chunks. It is written
 * elsewhere and renamed: where it stands it is whole, and two attempts at one task do no harm. So there are no locks, and any number of
 * processes, on machines that share the folder, can work on it.
 *
 * When a source was replaced, the plan is, too: tasks of other sources keep their ids, and with them their partials. A process that still
 * works by the old plan makes results of old ids, which nobody takes for those of the new ones.
 */

/** Version of plan.json. Another one is refused. */
const VERSION = 2

export interface FolderPlan {
  version: number
  definition: Definition
  chunkBytes: number
  taskBytes: number
  chunks: readonly [source: number, start: number, end: number, until?: number][]
  filters: Filters
  tasks: readonly (Task & { id: string })[]
}

export interface RunFolder {
  path: string
  plan: FolderPlan
  /** Of the plan. */
  id: string
}

export const partialsOf = (folder: string): string => join(folder, 'partials')
const planPath = (folder: string): string => join(folder, 'plan.json')

/** Makes a run folder, or gives one that is there another plan; tasks of the same id are done then if they were. */
export const createRunFolder = async (
  path: string,
  definition: Definition,
  { chunkBytes, taskBytes, chunks, tasks }: TaskPlan,
  filters: Filters,
): Promise<RunFolder> => {
  const ids = taskIds(definition, chunks, tasks)
  const plan: FolderPlan = {
    version: VERSION,
    definition,
    chunkBytes,
    taskBytes,
    chunks: chunks.map(({ source, start, end, until }) => (until === undefined ? [source, start, end] : [source, start, end, until])),
    filters,
    tasks: tasks.map((task, number) => ({ ...task, id: ids[number] })),
  }
  makeFolderOfRuns(partialsOf(path), path)
  const id = idOf(plan)
  await writeFileAtomically(planPath(path), `${JSON.stringify({ id, plan })}\n`)
  return { path, plan, id }
}

/** The chunks and tasks of a run folder. */
export const taskPlanOf = ({ plan: { chunkBytes, taskBytes, chunks, tasks } }: RunFolder): TaskPlan => ({
  chunkBytes,
  taskBytes,
  chunks: chunks.map(([source, start, end, until]) => ({ source, start, end, ...(until === undefined ? {} : { until }) })),
  tasks,
})

/** The run folder at a path; undefined if there is none. Throws 'format' for a plan that is damaged or of another version. */
export const openRunFolder = (path: string): RunFolder | undefined => {
  if (path === '') throw new PretokError('usage', 'the run folder: its path is empty')
  let text
  try {
    text = readText(planPath(path))
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

/** Left to close the file by itself, Node.js 20 aborts the process where the system will not. */
const readText = (path: string): string => {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK) // nobody may ever write to a named pipe
  try {
    if (fstatSync(file).isFIFO()) throw new Error('it is a named pipe')
    return readFileSync(file, 'utf8')
  } finally {
    closeReadNow(file)
  }
}

/** Its hash tells whether all of it is there; this only whether it is one. */
const parsePlan = (path: string, text: string): { id: string; plan: FolderPlan } => {
  let parsed: { id?: unknown; plan?: unknown } | null
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw damagedPlan(path, `it is no JSON (${(error as Error).message})`)
  }
  if (typeof parsed?.id !== 'string' || typeof parsed.plan !== 'object' || parsed.plan === null) throw damagedPlan(path, 'it is no plan')
  return parsed as { id: string; plan: FolderPlan }
}

const damagedPlan = (path: string, problem: string): PretokError =>
  new PretokError('format', `reading ${planPath(path)}: ${problem}; plan into a new folder`)

/** Where the partial of a task is, when it is done. */
export const partialOf = ({ path, plan }: RunFolder, task: number): string => partialPath(partialsOf(path), plan.tasks[task].id)

/** How a task stands. */
export type TaskState =
  | { state: 'done'; about: PartialAbout }
  | { state: 'missing' }
  | { state: 'damaged'; problem: string }
  /** It is there, and may be whole. */
  | { state: 'unreadable'; problem: string }

/**
 * Looks at the partial of a task.
 *
 * @param isThorough reads all of it and holds it against its checksums, not only its footer
 */
export const inspectTask = (folder: RunFolder, task: number, isThorough: boolean): TaskState => {
  const { id } = folder.plan.tasks[task]
  let run: RunFile<PartialAbout> | undefined
  try {
    run = new RunFile<PartialAbout>(partialOf(folder, task), PARTITIONS)
    if (run.about.id !== id) return { state: 'damaged', problem: `${run.path}: it is the result of another task, ${run.about.id}` }
    if (isThorough) run.verify()
    return { state: 'done', about: run.about }
  } catch (error) {
    if (!(error instanceof PretokError)) throw error
    if ((error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return { state: 'missing' }
    return { state: error.code === 'format' ? 'damaged' : 'unreadable', problem: error.message }
  } finally {
    run?.close()
  }
}

/** Removes the partial of a task. Throws 'output' if it cannot be. */
export const removePartial = (run: RunFolder, task: number): void => {
  const path = partialOf(run, task)
  try {
    rmSync(path, { force: true })
  } catch (error) {
    throw new PretokError('output', `removing ${path}: ${describeSystemError(error)}`, { cause: error })
  }
}

/** The numbers of the tasks that another plan does not have. */
export const newTasks = (before: RunFolder, now: RunFolder): number[] => {
  const ids = new Set(before.plan.tasks.map(({ id }) => id))
  return now.plan.tasks.flatMap(({ id }, task) => (ids.has(id) ? [] : [task]))
}

/** Removes the partials of tasks that are not in the plan any more. */
export const removeAbandoned = (before: RunFolder, now: RunFolder): void => {
  const ids = new Set(now.plan.tasks.map(({ id }) => id))
  before.plan.tasks.forEach(({ id }, task) => {
    if (!ids.has(id)) removePartial(before, task)
  })
}

/** Other attempts that are at work in a run folder, or seem to be: `host, pid`. */
export const otherAttempts = (path: string): string[] =>
  namesIn(path).flatMap((name) => {
    const [, host, pid] = /^pretok-(.*)-(\d+)-[0-9a-f]{8}$/.exec(name) ?? []
    if (pid === undefined || (host === thisHost() && (Number(pid) === process.pid || !isAlive(Number(pid))))) return []
    return [`host ${host}, process ${pid}`]
  })
