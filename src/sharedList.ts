/*
 * Lists of which each thread needs an item now and then: once in memory that all share, as JSON, instead of once more in each thread. With a million
 * input files the lists of a run take hundreds of megabytes.
 */

/** What passes between threads. */
export interface SharedListMemory<Item> {
  json: SharedArrayBuffer
  /** Where each item ends in it, as f64. */
  ends: SharedArrayBuffer
  /** Only for the compiler: what the items are. */
  readonly item?: Item
}

/** Items must be what JSON can hold. */
export const shareList = <Item>(items: readonly Item[]): SharedListMemory<Item> => {
  const ends = new Float64Array(new SharedArrayBuffer(8 * items.length))
  const texts = items.map((item) => JSON.stringify(item))
  let length = 0
  texts.forEach((text, i) => (ends[i] = length += Buffer.byteLength(text)))
  const json = new SharedArrayBuffer(length)
  const bytes = Buffer.from(json)
  texts.forEach((text, i) => bytes.write(text, i === 0 ? 0 : ends[i - 1]))
  return { json, ends: ends.buffer }
}

export interface SharedList<Item> {
  readonly length: number
  /** The same object as the last time, if that was the same item: who keeps what he knows of it by it (a WeakMap) finds that again. */
  at(index: number): Item
  /** All items. */
  all(): Item[]
}

export const openSharedList = <Item>({ json, ends: endsMemory }: SharedListMemory<Item>): SharedList<Item> => {
  const bytes = Buffer.from(json)
  const ends = new Float64Array(endsMemory)
  const read = (index: number): Item => JSON.parse(bytes.toString('utf8', index === 0 ? 0 : ends[index - 1], ends[index])) as Item
  let last: { index: number; item: Item } | undefined
  const at = (index: number): Item => {
    if (last?.index !== index) last = { index, item: read(index) }
    return last.item
  }
  return { length: ends.length, at, all: () => Array.from(ends, (_, i) => read(i)) }
}
