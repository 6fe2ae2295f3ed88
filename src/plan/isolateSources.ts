import type { Chunk, Task } from '../types.ts'

/**
 * Tasks in which the chunks of some sources are by themselves, so that they do not keep those of others from being done. The chunks stay in
 * their order. Pure.
 *
 * @param isToSplit which tasks, by their numbers, may be split
 * @param isAlone whether a source, by its number, is to be by itself
 */
export const isolateSources = (
  chunks: readonly Chunk[],
  tasks: readonly Task[],
  isToSplit: (task: number) => boolean,
  isAlone: (source: number) => boolean,
): Task[] =>
  tasks.flatMap(({ start, end }, task) => {
    const parts: Task[] = [{ start, end: start + 1 }]
    for (let chunk = start + 1; chunk < end; chunk++) {
      const [last, next] = [chunks[chunk - 1].source, chunks[chunk].source]
      const isBorder = last !== next && (isAlone(last) || isAlone(next))
      if (isBorder && isToSplit(task)) parts.push({ start: chunk, end: chunk + 1 })
      else parts.at(-1)!.end = chunk + 1
    }
    return parts
  })
