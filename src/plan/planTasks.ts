import type { Chunk, Task } from '../types.ts'

/** How large tasks should be, in bytes. */
export interface TaskSizes {
  /** Those of several files: of such a task, all is done again when one of the files is replaced. */
  taskBytes: number
  /** Those of chunks of one file. */
  fileTaskBytes: number
}

/** A corpus of many files makes at least about so many tasks, as far as it has chunks: little is lost with one, and no worker waits long for another. */
const TASKS = 128
const TASKS_PER_WORKER = 4
/** For a task of less than this, half a second of work, it takes as long to be kept: of one file, there are fewer. */
const SMALL_TASK_BYTES = 2 ** 29
/** A task above this size would be more than some ten seconds of work. */
const LARGEST_TASK_BYTES = 2 ** 30

/** The sizes that the tasks of a run should have. */
export const taskSizes = (chunks: readonly Chunk[], numProcesses: number): TaskSizes => {
  const total = chunks.reduce((sum, { start, end }) => sum + end - start, 0)
  const largest = Math.min(LARGEST_TASK_BYTES, Math.ceil(total / (TASKS_PER_WORKER * numProcesses)))
  const taskBytes = Math.min(largest, Math.ceil(total / TASKS))
  return { taskBytes, fileTaskBytes: Math.min(largest, Math.max(taskBytes, SMALL_TASK_BYTES)) }
}

/** Tasks of consecutive chunks, of about these sizes. Pure. */
export const planTasks = (chunks: readonly Chunk[], { taskBytes, fileTaskBytes }: TaskSizes): Task[] => {
  const tasks: Task[] = []
  let bytes = Infinity
  let isOfOneFile = true
  chunks.forEach(({ source, start, end }, chunk) => {
    const isOfSameFile = chunk > 0 && chunks[chunk - 1].source === source
    if (bytes >= (isOfOneFile && isOfSameFile ? fileTaskBytes : taskBytes)) {
      tasks.push({ start: chunk, end: chunk })
      bytes = 0
      isOfOneFile = true
    } else isOfOneFile &&= isOfSameFile
    tasks.at(-1)!.end = chunk + 1
    bytes += end - start
  })
  return tasks
}
