import type { Chunk, Task } from '../types.ts'
import { orderChunks } from './planChunks.ts'
import { planTasks } from './planTasks.ts'

/** Chunks, and tasks of them. */
export interface TaskPlan {
  chunkBytes: number
  /** Size that a task should have. */
  taskBytes: number
  chunks: readonly Chunk[]
  tasks: readonly Task[]
}

/**
 * The plan for a corpus of which some sources have changed. Tasks without any of their chunks stay as they are, and come first; others are
 * made of what is left of the other sources, and of those that have changed. Depends on nothing but what it is given: whoever plans anew for
 * the same sources has the same tasks. Pure.
 *
 * @param chunks of the corpus as it is now
 * @param hasChanged whether a source, by its number, is another one than it was
 */
export const replanTasks = (before: TaskPlan, chunks: readonly Chunk[], hasChanged: (source: number) => boolean): TaskPlan => {
  const { chunkBytes, taskBytes } = before
  const left = new Map(chunks.map((chunk) => [nameOf(chunk), chunk]))
  const isThere = (chunk: Chunk): boolean => !hasChanged(chunk.source) && left.has(nameOf(chunk))
  const kept: Chunk[] = []
  const keptTasks: Task[] = []
  for (const { start, end } of before.tasks) {
    const own = before.chunks.slice(start, end)
    if (!own.every(isThere)) continue
    keptTasks.push({ start: kept.length, end: kept.length + own.length })
    for (const chunk of own) {
      left.delete(nameOf(chunk))
      kept.push(chunk)
    }
  }
  const others = orderChunks([...left.values()], chunkBytes)
  const parts = [others.filter(({ source }) => !hasChanged(source)), others.filter(({ source }) => hasChanged(source))]
  let offset = kept.length
  const tasksOfParts = parts.map((part) => {
    const tasks = planTasks(part, taskBytes).map(({ start, end }) => ({ start: offset + start, end: offset + end }))
    offset += part.length
    return tasks
  })
  return { chunkBytes, taskBytes, chunks: [kept, ...parts].flat(), tasks: [keptTasks, ...tasksOfParts].flat() }
}

/** Tells a chunk from all others of the same corpus. */
const nameOf = ({ source, start, end, until }: Chunk): string => `${source} ${start} ${end} ${until}`
