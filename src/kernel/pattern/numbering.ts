import { copy, enlarged, Ints, ints } from './ints'

/** Gives equal lists of integers equal numbers: 0, 1, … in the order in which they come (as pattern/numbering.ts does). */
@unmanaged
export class Numbering {
  count: i32
  /** List k is pool[starts[k]] up to pool[starts[k + 1]]. */
  starts: Ints
  pool: Ints
  private room: i32
  private poolRoom: i32
  private hashes: Ints
  /** Open addressing; 0: free, else one more than the list's number. */
  private table: Ints
  private mask: i32

  static create(): Numbering {
    const numbering = changetype<Numbering>(ints(<i32>(offsetof<Numbering>() >> 2)))
    numbering.room = 255
    numbering.starts = ints(256)
    numbering.hashes = ints(256)
    numbering.poolRoom = 1024
    numbering.pool = ints(1024)
    numbering.mask = 511
    numbering.table = ints(512)
    return numbering
  }

  length(number: i32): i32 {
    return this.starts[number + 1] - this.starts[number]
  }

  numberOf(list: Ints, length: i32): i32 {
    let hash = length
    for (let i = 0; i < length; i++) {
      hash = (hash ^ list[i]) * <i32>0x9e3779b1
      hash ^= hash >>> 15
    }
    let place = hash & this.mask
    for (; this.table[place] != 0; place = (place + 1) & this.mask) {
      const number = this.table[place] - 1
      if (this.hashes[number] != hash || this.length(number) != length) continue
      const start = this.starts[number]
      let same = 0
      while (same < length && this.pool[start + same] == list[same]) same++
      if (same == length) return number
    }
    return this.add(list, length, hash, place)
  }

  private add(list: Ints, length: i32, hash: i32, place: i32): i32 {
    const start = this.starts[this.count]
    for (; start + length > this.poolRoom; this.poolRoom *= 2) this.pool = enlarged(this.pool, this.poolRoom)
    copy(this.pool, start, list, 0, length)
    this.table[place] = ++this.count
    this.starts[this.count] = start + length
    this.hashes[this.count - 1] = hash
    if (this.count == this.room) this.enlarge()
    return this.count - 1
  }

  private enlarge(): void {
    this.starts = enlarged(this.starts, this.room + 1)
    this.hashes = enlarged(this.hashes, this.room + 1)
    this.room = 2 * this.room + 1
    this.mask = 2 * this.mask + 1
    this.table = ints(this.mask + 1)
    for (let number = 0; number < this.count; number++) {
      let place = this.hashes[number] & this.mask
      while (this.table[place] != 0) place = (place + 1) & this.mask
      this.table[place] = number + 1
    }
  }
}
