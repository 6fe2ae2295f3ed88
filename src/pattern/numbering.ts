/** Gives equal lists of integers equal numbers: 0, 1, … in the order in which they come. */
export interface Numbering {
  /** The number of the first `length` items of a list. */
  numberOf(list: ArrayLike<number>, length?: number): number
  /** Writes the list that has a number to the front of `target`; returns its length. */
  read(number: number, target: Int32Array): number
  readonly count: number
}

export const createNumbering = (): Numbering => {
  // all lists, one behind the other: a typed array for each would take longer to make than to fill
  let pool = new Int32Array(256)
  const starts = [0]
  const hashes: number[] = []
  // open addressing; 0: free, else one more than the list's number
  let table = new Int32Array(64)

  const isList = (number: number, list: ArrayLike<number>, length: number): boolean => {
    const start = starts[number]
    if (starts[number + 1] - start !== length) return false
    for (let i = 0; i < length; i++) if (pool[start + i] !== list[i]) return false
    return true
  }
  const add = (list: ArrayLike<number>, length: number): void => {
    const start = starts.at(-1)!
    if (start + length > pool.length) {
      const larger = new Int32Array(2 * (start + length))
      larger.set(pool)
      pool = larger
    }
    for (let i = 0; i < length; i++) pool[start + i] = list[i]
    starts.push(start + length)
  }
  const grow = (): void => {
    table = new Int32Array(2 * table.length)
    const mask = table.length - 1
    hashes.forEach((hash, number) => {
      let place = hash & mask
      while (table[place] !== 0) place = (place + 1) & mask
      table[place] = number + 1
    })
  }

  return {
    numberOf(list, length = list.length) {
      const hash = hashOf(list, length)
      const mask = table.length - 1
      let place = hash & mask
      for (; table[place] !== 0; place = (place + 1) & mask) {
        const number = table[place] - 1
        if (hashes[number] === hash && isList(number, list, length)) return number
      }
      table[place] = hashes.push(hash)
      add(list, length)
      if (2 * hashes.length > table.length) grow()
      return hashes.length - 1
    },
    read(number, target) {
      const start = starts[number]
      const length = starts[number + 1] - start
      for (let i = 0; i < length; i++) target[i] = pool[start + i]
      return length
    },
    get count() {
      return hashes.length
    },
  }
}

/** Each integer is stirred into the hash with a multiplication and a shift: lists of threads differ in few low bits. */
const hashOf = (list: ArrayLike<number>, length: number): number => {
  let hash = length
  for (let i = 0; i < length; i++) {
    hash = ((hash ^ list[i]) * MULTIPLIER) | 0
    hash ^= hash >>> 15
  }
  return hash & 0x3fffffff
}

/** Below 2^21, so that the product is exact. */
const MULTIPLIER = 0x19d699
