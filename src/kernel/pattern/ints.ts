/*
 * Lists of integers for what compiles patterns (src/pattern), taken from the end of the linear memory one after another. Nothing is given back:
 * a larger list leaves a smaller one behind, until `clear` takes back all.
 */

const ALIGN: usize = 15
const PAGE: usize = 65536

let top: usize = 0

/** All lists are gone. */
export function clear(): void {
  top = (__heap_base + ALIGN) & ~ALIGN
}

/** Its length is known elsewhere. */
@unmanaged
export class Ints {
  @inline @operator('[]') get(i: i32): i32 {
    return load<i32>(changetype<usize>(this) + (<usize>i << 2))
  }

  @inline @operator('[]=') set(i: i32, value: i32): void {
    store<i32>(changetype<usize>(this) + (<usize>i << 2), value)
  }
}

/** A list of zeros. */
export function ints(length: i32): Ints {
  const start = top
  const bytes = ((<usize>length << 2) + ALIGN) & ~ALIGN
  top += bytes
  const have = <usize>memory.size() * PAGE
  if (top > have && memory.grow(<i32>max((top - have + PAGE - 1) / PAGE, have / PAGE)) < 0) unreachable()
  memory.fill(start, 0, bytes)
  return changetype<Ints>(start)
}

/** A list twice as long, which begins as one does. */
export function enlarged(list: Ints, length: i32): Ints {
  const larger = ints(2 * length)
  copy(larger, 0, list, 0, length)
  return larger
}

export function copy(to: Ints, at: i32, from: Ints, start: i32, length: i32): void {
  memory.copy(changetype<usize>(to) + (<usize>at << 2), changetype<usize>(from) + (<usize>start << 2), <usize>length << 2)
}

export function fill(list: Ints, value: i32, length: i32): void {
  for (let i = 0; i < length; i++) list[i] = value
}

/** A list that grows. */
@unmanaged
export class Growing {
  items: Ints
  length: i32
  private room: i32

  static create(): Growing {
    const list = changetype<Growing>(ints(<i32>(offsetof<Growing>() >> 2)))
    list.room = 64
    list.items = ints(64)
    return list
  }

  push(value: i32): void {
    if (this.length == this.room) {
      this.items = enlarged(this.items, this.room)
      this.room *= 2
    }
    this.items[this.length++] = value
  }

  /** Makes it at least so long, with zeros. */
  reach(length: i32): void {
    for (; this.room < length; this.room *= 2) this.items = enlarged(this.items, this.room)
    this.length = max(this.length, length)
  }
}
