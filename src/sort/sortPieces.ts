/*
 * The order of every result: weight (a count) descending, then bytes ascending.
 *
 *   sort(range, depth):  quicksort by one key of each entry; then sort each stretch of equal keys by the next key
 *
 * That is multikey quicksort (Bentley and Sedgewick, 1997). The first key is the weight, negated; each further one holds the next six
 * bytes of the piece. A key is a float64, an exact integer of up to 53 bits, kept beside its entry: comparing never leaves the two arrays,
 * and bytes are fetched once for each entry and six bytes of depth. Since most entries have one of a few small counts, the first key is
 * settled in a few passes.
 *
 * The last octal digit of a key is how many bytes were left, 7 for more than six: so "a" comes before "a\0", which is padded to the same
 * six bytes, and only pieces that go on can have equal keys.
 */

/** How many bytes of a piece are in a key. */
export const KEY_BYTES = 6
const MORE = 7
const WEIGHT = -KEY_BYTES // the depth of the first key; the next is 0
const SMALL = 12 // insertion sort is faster up to here

export interface Pieces {
  arena: Uint8Array
  /** Entry i is arena[starts[i], starts[i + 1]). */
  starts: Uint32Array
}

/** Sorts entry numbers (`order`) in place by `weights`, descending, and then by bytes. Takes 8 bytes of memory an entry while it runs. */
export const sortPieces = ({ arena, starts }: Pieces, weights: Float64Array, order: Uint32Array): void => {
  const keys = new Float64Array(order.length)

  const loadKeys = (start: number, end: number, depth: number): void => {
    if (depth === WEIGHT) for (let i = start; i < end; i++) keys[i] = -weights[order[i]]
    else for (let i = start; i < end; i++) keys[i] = bytesKey(arena, starts[order[i]] + depth, starts[order[i] + 1])
  }

  const swap = (i: number, j: number): void => {
    const key = keys[i]
    keys[i] = keys[j]
    keys[j] = key
    const entry = order[i]
    order[i] = order[j]
    order[j] = entry
  }

  /** Whether the entry with `key` comes before the one at `j`; the two are equal up to `depth`. */
  const comesBefore = (key: number, entry: number, j: number, depth: number): boolean => {
    if (key !== keys[j]) return key < keys[j]
    const compared = depth + KEY_BYTES
    const other = order[j]
    return comparePieces(arena, starts[entry] + compared, starts[entry + 1], arena, starts[other] + compared, starts[other + 1]) < 0
  }

  const insertionSort = (start: number, end: number, depth: number): void => {
    for (let i = start + 1; i < end; i++) {
      const key = keys[i]
      const entry = order[i]
      let j = i
      for (; j > start && comesBefore(key, entry, j - 1, depth); j--) {
        keys[j] = keys[j - 1]
        order[j] = order[j - 1]
      }
      keys[j] = key
      order[j] = entry
    }
  }

  // no recursion: pieces of many MiB that differ in their last byte would go as deep
  const ranges: [start: number, end: number, depth: number][] = []
  const later = (start: number, end: number, depth: number): void => {
    if (end - start > 1) ranges.push([start, end, depth])
  }

  const sort = (start: number, end: number, depth: number): void => {
    while (end - start > SMALL) {
      const pivot = median(keys[randomBetween(start, end)], keys[randomBetween(start, end)], keys[randomBetween(start, end)])
      // [start, less) < pivot, [less, i) = pivot, [more, end) > pivot
      let less = start
      let more = end
      for (let i = start; i < more;)
        if (keys[i] < pivot) swap(i++, less++)
        else if (keys[i] > pivot) swap(i, --more)
        else i++
      later(start, less, depth)
      later(more, end, depth)
      start = less
      end = more
      depth += KEY_BYTES
      if (end - start > 1) loadKeys(start, end, depth)
    }
    insertionSort(start, end, depth)
  }

  loadKeys(0, order.length, WEIGHT)
  later(0, order.length, WEIGHT)
  for (let range; (range = ranges.pop()) !== undefined;) sort(...range)
}

/** The next six bytes of bytes[at, end) and how many there are, as one number that sorts as they do. */
export const bytesKey = (bytes: Uint8Array, at: number, end: number): number => {
  const left = Math.max(0, end - at)
  const high = (byteOr0(bytes, at, end) << 16) | (byteOr0(bytes, at + 1, end) << 8) | byteOr0(bytes, at + 2, end)
  const low = (byteOr0(bytes, at + 3, end) << 16) | (byteOr0(bytes, at + 4, end) << 8) | byteOr0(bytes, at + 5, end)
  return (high * 2 ** 24 + low) * 8 + Math.min(left, MORE)
}

const byteOr0 = (bytes: Uint8Array, at: number, end: number): number => (at < end ? bytes[at] : 0)

const median = (a: number, b: number, c: number): number => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))

// chosen at random, so that no order of a corpus makes it slow
const randomBetween = (start: number, end: number): number => start + Math.floor(Math.random() * (end - start))

/** Below 0 if a[aStart, aEnd) comes before b[bStart, bEnd) in the order of bytes, above 0 if behind it, 0 if they are equal. */
export const comparePieces = (a: Uint8Array, aStart: number, aEnd: number, b: Uint8Array, bStart: number, bEnd: number): number => {
  for (let i = aStart, j = bStart; i < aEnd && j < bEnd; i++, j++) if (a[i] !== b[j]) return a[i] - b[j]
  return aEnd - aStart - (bEnd - bStart)
}
