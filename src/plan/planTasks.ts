import type { Chunk, Task } from '../types.ts'

/** A corpus makes at least about so many tasks, as far as it has chunks: little is lost with one, and no worker waits long for another. */
const TASKS = 128
const TASKS_PER_WORKER = 4
/** A task above this size would be more than some ten seconds of work. */
const LARGEST_TASK_BYTES = 2 ** 30

/** Tasks of consecutive chunks, of about one size. Pure. */
export const planTasks = (chunks: readonly Chunk[], numProcesses: number): Task[] => {
  const total = chunks.reduce((sum, { start, end }) => sum + end - start, 0)
  const size = Math.min(LARGEST_TASK_BYTES, Math.ceil(total / Math.max(TASKS, TASKS_PER_WORKER * numProcesses)))
  const tasks: Task[] = []
  let bytes = Infinity
  chunks.forEach(({ start, end }, chunk) => {
    if (bytes >= size) {
      tasks.push({ start: chunk, end: chunk })
      bytes = 0
    }
    tasks.at(-1)!.end = chunk + 1
    bytes += end - start
  })
  return tasks
}
