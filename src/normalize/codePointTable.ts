/** A value for each code point, in two stages: the number of a block for each 64 code points, and the blocks, equal ones only once. */
export interface CodePointTable<V extends Uint8Array | Uint16Array> {
  pages: Uint16Array
  blocks: V
}

/**
 * What takes the place of each code point, whatever is around it. Each has the number of a template: text in which SELF stands for the code
 * point itself. Template 0 is SELF alone.
 */
export interface CharacterMap {
  numbers: CodePointTable<Uint16Array>
  templates: readonly string[]
}

/** Classes of code points, and what follows from them for bytes, as the kernel wants them (src/kernel/quickCheck.ts). */
export interface QuickCheckClasses {
  table: CodePointTable<Uint8Array>
  /** The first 0x800 of them, as they are. */
  below0x800: Uint8Array
  settledByLow: Uint8Array
  groupByHigh: Uint8Array
  /** Whether text can be cut everywhere in ASCII. */
  isAsciiSettled: boolean
}

export const CODE_POINTS = 0x110000
const BLOCK_BITS = 6
export const BLOCK = 1 << BLOCK_BITS

type Values = Uint8Array | Uint16Array

/** Blocks of a table, equal ones only once. */
class Blocks<V extends Values> {
  private readonly numbers = new Map<string, number>()
  private readonly list: V[] = []
  private readonly create: (length: number) => V

  constructor(create: (length: number) => V) {
    this.create = create
  }

  numberOf(block: V): number {
    const key = Buffer.from(block.buffer, block.byteOffset, block.byteLength).toString('latin1')
    const number = this.numbers.get(key) ?? this.list.length
    if (number === this.list.length) {
      this.numbers.set(key, number)
      this.list.push(block)
    }
    return number
  }

  joined(): V {
    const blocks = this.create(this.list.length * BLOCK)
    this.list.forEach((block, number) => blocks.set(block, number * BLOCK))
    return blocks
  }
}

/** Makes a table. All values are 0 at first; a set is half-open ranges in one flat array. Whole blocks of one value cost next to nothing. */
export class TableMaker<V extends Values> {
  private readonly pages: V[]
  /** Blocks that are all one value; they belong to many pages and are not written to. */
  private readonly uniform = new Map<number, V>()
  private readonly create: (length: number) => V

  constructor(create: (length: number) => V) {
    this.create = create
    const none = this.uniformBlock(0)
    this.pages = Array.from({ length: CODE_POINTS / BLOCK }, () => none)
  }

  /** Gives all members of a set a value. */
  fill(set: readonly number[], value: number): void {
    this.forEachPage(set, (page, start, end) => {
      if (end - start === BLOCK) this.pages[page] = this.uniformBlock(value)
      else this.ownBlock(page).fill(value, start, end)
    })
  }

  /** Changes the values of all members of a set. */
  change(set: readonly number[], change: (value: number) => number): void {
    this.forEachPage(set, (page, start, end) => {
      const block = this.ownBlock(page)
      for (let i = start; i < end; i++) block[i] = change(block[i])
    })
  }

  table(): CodePointTable<V> {
    const blocks = new Blocks(this.create)
    const pages = new Uint16Array(this.pages.length)
    // mostly the same one many times
    for (let page = 0; page < pages.length; page++) {
      const isSame = page > 0 && this.pages[page] === this.pages[page - 1]
      pages[page] = isSame ? pages[page - 1] : blocks.numberOf(this.pages[page])
    }
    return { pages, blocks: blocks.joined() }
  }

  private forEachPage(set: readonly number[], call: (page: number, start: number, end: number) => void): void {
    for (let i = 0; i < set.length; i += 2)
      for (let at = set[i]; at < set[i + 1];) {
        const page = at >> BLOCK_BITS
        const start = at & (BLOCK - 1)
        const end = Math.min(BLOCK, set[i + 1] - (page << BLOCK_BITS))
        call(page, start, end)
        at += end - start
      }
  }

  private uniformBlock(value: number): V {
    let block = this.uniform.get(value)
    if (block === undefined) this.uniform.set(value, (block = this.create(BLOCK).fill(value) as V))
    return block
  }

  private ownBlock(page: number): V {
    const block = this.pages[page]
    if (this.uniform.get(block[0]) !== block) return block
    return (this.pages[page] = block.slice() as V)
  }
}

/** As `combine`, which is called once for each pair of values. */
export const oncePerPair = (combine: (a: number, b: number) => number): typeof combine => {
  const known = new Map<number, number>()
  return (a, b) => {
    const key = a * 0x10000 + b
    let made = known.get(key)
    if (made === undefined) known.set(key, (made = combine(a, b)))
    return made
  }
}

/** The table whose values are made of those of two others. */
export const combineTables = <V extends Values>(
  a: CodePointTable<Values>,
  b: CodePointTable<Values>,
  create: (length: number) => V,
  combine: (a: number, b: number) => number,
): CodePointTable<V> => {
  const blocks = new Blocks(create)
  const known = new Map<number, number>()
  const pages = new Uint16Array(a.pages.length)
  for (let page = 0; page < pages.length; page++) {
    const pageOfA = a.pages[page]
    const pageOfB = b.pages[page]
    if (page > 0 && pageOfA === a.pages[page - 1] && pageOfB === b.pages[page - 1]) {
      pages[page] = pages[page - 1]
      continue
    }
    const key = pageOfA * 0x10000 + pageOfB
    let number = known.get(key)
    if (number === undefined) {
      const block = create(BLOCK)
      const startOfA = pageOfA << BLOCK_BITS
      const startOfB = pageOfB << BLOCK_BITS
      for (let i = 0; i < BLOCK; i++) block[i] = combine(a.blocks[startOfA + i], b.blocks[startOfB + i])
      known.set(key, (number = blocks.numberOf(block)))
    }
    pages[page] = number
  }
  return { pages, blocks: blocks.joined() }
}

export const valueAt = ({ pages, blocks }: CodePointTable<Values>, codePoint: number): number =>
  blocks[(pages[codePoint >> BLOCK_BITS] << BLOCK_BITS) + (codePoint & (BLOCK - 1))]

/** The blocks of the code points of several bytes whose UTF-8 begins with a byte, or a few more. */
export const blocksBeginningWith = (byte: number): [start: number, end: number] => {
  if (byte < 0xe0) return [byte & 0x1f, (byte & 0x1f) + 1]
  if (byte < 0xf0) return [(byte & 0x0f) << 6, ((byte & 0x0f) + 1) << 6]
  return [(byte & 0x07) << 12, ((byte & 0x07) + 1) << 12]
}

export const createBytes = (length: number): Uint8Array => new Uint8Array(length)
export const createWords = (length: number): Uint16Array => new Uint16Array(length)
