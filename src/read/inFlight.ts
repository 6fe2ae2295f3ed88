import { shown } from '../checks.ts'
import { PretokError } from '../errors.ts'

/**
 * Applies an asynchronous function to items and yields its results in the items' order. At most `maxInFlight` items are at work or waiting
 * to be taken at a time; no further item is asked for before that. An error ends it, once what is at work has settled.
 */
export async function* mapInFlight<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  map: (item: Item) => Promise<Result> | Result,
  maxInFlight: number,
  name = 'maxInFlight',
): AsyncGenerator<Result> {
  if (!Number.isInteger(maxInFlight) || maxInFlight < 1)
    throw new PretokError('usage', `${name}: ${shown(maxInFlight)} is no positive whole number`)
  const running: Promise<Result>[] = []
  try {
    for await (const item of items) {
      const result = (async () => map(item))()
      result.catch(() => {}) // it is awaited below; until then its failure must not count as unhandled
      running.push(result)
      if (running.length >= maxInFlight) yield await running.shift()!
    }
    while (running.length > 0) yield await running.shift()!
  } finally {
    await Promise.allSettled(running)
  }
}

const FILES_AT_A_TIME = 16

/** Results in the order of the items, a few at a time: thousands of files must not all be open at once. */
export const inParallel = async <Item, Result>(items: readonly Item[], call: (item: Item) => Promise<Result>): Promise<Result[]> => {
  const results: Result[] = []
  for await (const result of mapInFlight(items, call, FILES_AT_A_TIME)) results.push(result)
  return results
}
