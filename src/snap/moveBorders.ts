import type { Chunk } from '../types.ts'

/**
 * Moves the borders between the chunks of one source. A border for which there is no place before the next border is given up: its two
 * chunks become one.
 *
 * @param chunks consecutive chunks that cover the source, as planned; the first one begins where it does
 * @param findStart a place in [from, to) at which a chunk may begin; asked for in ascending order, for each chunk but the first
 */
export const moveBorders = async (
  chunks: readonly Chunk[],
  findStart: (from: number, to: number) => Promise<number | undefined>,
): Promise<Chunk[]> => {
  const moved: Chunk[] = []
  for (const chunk of chunks) {
    const before = moved.at(-1)
    const start = before === undefined ? chunk.start : await findStart(chunk.start, chunk.end)
    if (start === undefined) before!.end = chunk.end
    else {
      if (before !== undefined) before.end = start
      moved.push({ ...chunk, start })
    }
  }
  return moved
}
