import type { Chunk, Task } from '../types.ts'

/** A corpus makes at least about so many tasks, as far as it has chunks: little is lost with one, and no worker waits long for another. */
const TASKS = 128
const TASKS_PER_WORKER = 4
/** A task above this size would be more than some ten seconds of work. */
const LARGEST_TASK_BYTES = 2 ** 30

/** The size that the tasks of a run should have, in bytes. */
export const taskSize = (chunks: readonly Chunk[], numProcesses: number): number => {
  const total = chunks.reduce((sum, { start, end }) => sum + end - start, 0)
  return Math.min(LARGEST_TASK_BYTES, Math.ceil(total / Math.max(TASKS, TASKS_PER_WORKER * numProcesses)))
}

/** Tasks of consecutive chunks, of about one size. Pure. */
export const planTasks = (chunks: readonly Chunk[], taskBytes: number): Task[] => {
  const tasks: Task[] = []
  let bytes = Infinity
  chunks.forEach(({ start, end }, chunk) => {
    if (bytes >= taskBytes) {
      tasks.push({ start: chunk, end: chunk })
      bytes = 0
    }
    tasks.at(-1)!.end = chunk + 1
    bytes += end - start
  })
  return tasks
}
