import { PretokError } from '../errors.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { PretokenizeOptions } from '../options.ts'
import { isolateSources } from '../plan/isolateSources.ts'
import { MOST_FILES_FAILED, type RoundsResult } from '../pool/rounds.ts'
import { createRunFolder, inspectTask, newTasks, taskPlanOf } from '../run/runFolder.ts'
import { countTasks } from './countTasks.ts'
import type { RunPlan } from './runPlan.ts'
import type { Workers } from './workers.ts'

/**
 * Has tasks done. When files fail, and what is done is kept, those that share a task with them are counted without them before the error,
 * which names all that failed, is thrown.
 *
 * @param queue numbers of the tasks to do
 */
export const countAll = async (
  plan: RunPlan,
  queue: readonly number[],
  options: PretokenizeOptions,
  workers: Workers,
  monitor: Monitor,
  seconds: () => number,
): Promise<RoundsResult> => {
  const outcome = await countTasks(plan, queue, options, workers, monitor, seconds)
  const failed = new Map(outcome.failed)
  let step = { plan, queue, outcome }
  while (step.outcome.failed.size > 0 && failed.size < MOST_FILES_FAILED) {
    await step.outcome.closed
    const others = await withoutFailed(step.plan, step.queue, failed)
    step = { ...others, outcome: await countTasks(others.plan, others.queue, options, workers, monitor, seconds) }
    for (const [file, error] of step.outcome.failed) failed.set(file, error)
  }
  if (failed.size > 0) throw failedError([...failed].sort(([a], [b]) => a - b).map(([, error]) => error))
  return outcome
}

/** A plan in which files that failed have tasks of their own, and its new tasks of other files. */
const withoutFailed = async (
  plan: RunPlan,
  queue: readonly number[],
  failed: ReadonlyMap<number, unknown>,
): Promise<{ plan: RunPlan; queue: number[] }> => {
  const run = plan.run!
  const left = new Set(queue.filter((task) => inspectTask(run, task, false).state !== 'done'))
  const hasFailed = (source: number): boolean => failed.has(source)
  const tasks = isolateSources(plan.chunks, plan.tasks, (task) => left.has(task), hasFailed)
  const isolated =
    tasks.length === plan.tasks.length
      ? run
      : await createRunFolder(run.path, run.plan.definition, { ...taskPlanOf(run), tasks }, run.plan.filters)
  const isToDo = (task: number): boolean => plan.chunks.slice(tasks[task].start, tasks[task].end).every(({ source }) => !hasFailed(source))
  return { plan: { ...plan, tasks, run: isolated }, queue: newTasks(run, isolated).filter(isToDo) }
}

const failedError = ([first, ...others]: readonly PretokError[]): PretokError => {
  if (others.length === 0) return first
  const messages = [first, ...others].map(({ message }) => `  ${message}`)
  return new PretokError(first.code, `counting: ${messages.length} files failed:\n${messages.join('\n')}`)
}
