import { PretokError } from '../errors.ts'
import type { PartialAbout } from '../spill/partial.ts'
import { makeFolderOfRuns } from '../spill/runWriter.ts'
import type { TemporaryFolder } from '../temporary.ts'
import type { Task } from '../types.ts'
import { inspectTask, otherAttempts, partialOf, partialsOf, removePartial, type RunFolder } from './runFolder.ts'

/** A part of the tasks: every `of`-th, beginning with the `index`-th (from 1). */
export interface Shard {
  index: number
  of: number
}

export const inShard = (task: number, shard: Shard | undefined): boolean => shard === undefined || task % shard.of === shard.index - 1

/**
 * The tasks, of those asked for, that are not done. Every partial result that is there is read and held against its checksums; one that is
 * damaged is told, and made again. Makes the folder of this attempt, by which others can see it.
 */
export const tasksToDo = (
  run: RunFolder,
  tasks: readonly number[],
  attempt: TemporaryFolder,
  shard: Shard | undefined,
  onWarning: (message: string) => void,
): number[] => {
  const others = otherAttempts(run.path)
  if (others.length > 0 && shard === undefined)
    onWarning(
      `${run.path}: another attempt seems to be at work here (${others.join('; ')}). That does no harm, but both may do the same; ` +
        '--shard shares the work out',
    )
  const left = tasks.filter((task) => {
    const found = inspectTask(run, task, true)
    if (found.state === 'unreadable') throw unreadable(run, found.problem)
    if (found.state !== 'damaged') return found.state === 'missing'
    onWarning(`task ${task} is done again: ${found.problem}`)
    removePartial(run, task)
    return true
  })
  if (left.length === 0) return left
  for (const folder of [partialsOf(run.path), attempt.path]) makeFolderOfRuns(folder, attempt.path)
  return left
}

/** All partial results, and what they say of themselves. Throws 'input' if one is missing or damaged. */
export const partialsToMerge = (run: RunFolder): { partials: string[]; abouts: PartialAbout[] } => {
  const tasks = run.plan.tasks.length
  const abouts: PartialAbout[] = []
  const missing: number[] = []
  for (let task = 0; task < tasks; task++) {
    const found = inspectTask(run, task, false)
    if (found.state === 'damaged')
      throw new PretokError('format', `merging ${run.path}: ${found.problem}; pretok count ${run.path} makes it again`)
    if (found.state === 'unreadable') throw unreadable(run, found.problem)
    if (found.state === 'done') abouts.push(inPlan(found.about, run.plan.tasks[task]))
    else missing.push(task)
  }
  if (missing.length > 0)
    throw new PretokError(
      'input',
      `merging ${run.path}: ${missing.length} of ${tasks} tasks are not done (the first is ${missing[0]}); pretok count ${run.path} does them`,
    )
  return { partials: abouts.map((_, task) => partialOf(run, task)), abouts }
}

/** What was done is not done again because it cannot be read just now. */
const unreadable = ({ path }: RunFolder, problem: string): PretokError =>
  new PretokError('input', `the run in ${path}: ${problem}; if it cannot be made readable, remove it, and its task is done again`)

/** The same with chunks by their numbers in the plan. */
const inPlan = (about: PartialAbout, { start }: Task): PartialAbout => ({
  ...about,
  skipped: about.skipped.map(({ chunk, reason }) => ({ chunk: start + chunk, reason })),
})

/** How many tasks are done. */
export const countDone = (run: RunFolder): number =>
  run.plan.tasks.filter((_, task) => inspectTask(run, task, false).state === 'done').length

/** How much is left out of the tasks that are done, of those of a shard: rows, and chunks. */
export const skippedIn = (run: RunFolder, shard: Shard | undefined): { records: number; chunks: number } => {
  const skipped = { records: 0, chunks: 0 }
  for (let task = 0; task < run.plan.tasks.length; task++) {
    const found = inShard(task, shard) ? inspectTask(run, task, false) : undefined
    if (found?.state !== 'done') continue
    skipped.records += found.about.tally.skippedRecords
    skipped.chunks += found.about.skipped.length
  }
  return skipped
}
