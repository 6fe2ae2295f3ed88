/** Gives equal lists of integers equal numbers: 0, 1, … in the order in which they come. */
export interface Numbering {
  /** The number of the first `length` items of a list. (Of one kind of list only, which V8 makes fast code for.) */
  numberOf(list: Int32Array, length?: number): number
  /** Writes the list that has a number to the front of `target`; returns its length. */
  read(number: number, target: Int32Array): number
  readonly count: number
}

export const createNumbering = (): Numbering => {
  // all lists, one after another: a typed array for each would take longer to make than to fill
  let pool = new Int32Array(256)
  const starts = [0]
  const hashes: number[] = []
  // open addressing; 0: free, else one more than the list's number
  let table = new Int32Array(64)

  return {
    // in one piece: V8 would copy smaller ones into all that call them, and take longer to compile those than all calls take
    numberOf(list, length = list.length) {
      let hash = length
      for (let i = 0; i < length; i++) {
        // each integer is stirred in with a multiplication and a shift: lists of threads differ in few low bits
        hash = imul(hash ^ list[i], 0x9e3779b1)
        hash ^= hash >>> 15
      }
      const mask = table.length - 1
      let place = hash & mask
      for (; table[place] !== 0; place = (place + 1) & mask) {
        const number = table[place] - 1
        if (hashes[number] !== hash) continue
        const start = starts[number]
        if (starts[number + 1] - start !== length) continue
        let same = 0
        while (same < length && pool[start + same] === list[same]) same++
        if (same === length) return number
      }
      const start = starts[starts.length - 1]
      const end = start + length
      if (end > pool.length) {
        const larger = new Int32Array(2 * end)
        larger.set(pool)
        pool = larger
      }
      for (let i = 0; i < length; i++) pool[start + i] = list[i]
      starts.push(end)
      table[place] = hashes.push(hash)
      if (2 * hashes.length > table.length) {
        table = new Int32Array(2 * table.length)
        for (let number = 0; number < hashes.length; number++) {
          place = hashes[number] & (table.length - 1)
          while (table[place] !== 0) place = (place + 1) & (table.length - 1)
          table[place] = number + 1
        }
      }
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

const { imul } = Math
