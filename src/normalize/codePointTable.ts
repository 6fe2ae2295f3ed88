/** A value for each code point, in two stages: the number of a block for each 64 code points, and the blocks, equal ones only once. */
export interface CodePointTable<Values extends Uint8Array | Uint16Array> {
  pages: Uint16Array
  blocks: Values
}

/**
 * What takes the place of each code point, whatever is around it. Each has the number of a template: text in which SELF stands for the code
 * point itself. Template 0 is SELF alone.
 */
export interface CharacterMap {
  numbers: Uint16Array
  templates: readonly string[]
}

/** Classes of code points, and what follows from them for bytes, as the kernel wants them (src/kernel/normalize.ts). */
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
const BLOCK = 1 << BLOCK_BITS

/** Packs values, one for each code point. */
export const packTable = <Values extends Uint8Array | Uint16Array>(values: Values): CodePointTable<Values> => {
  const numbers = new Map<string, number>()
  const kept: number[] = []
  const pages = new Uint16Array(CODE_POINTS / BLOCK)
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  const size = BLOCK * values.BYTES_PER_ELEMENT
  for (let page = 0, at = 0; page < pages.length; page++, at += size) {
    // most are as the one before
    if (page > 0 && bytes.compare(bytes, at - size, at, at, at + size) === 0) {
      pages[page] = pages[page - 1]
      continue
    }
    const key = bytes.toString('latin1', at, at + size)
    const number = numbers.get(key) ?? numbers.size
    if (number === numbers.size) {
      numbers.set(key, number)
      kept.push(page)
    }
    pages[page] = number
  }
  const blocks = values.slice(0, kept.length * BLOCK) as Values
  kept.forEach((page, number) => blocks.set(values.subarray(page * BLOCK, (page + 1) * BLOCK), number * BLOCK))
  return { pages, blocks }
}

export const valueAt = ({ pages, blocks }: CodePointTable<Uint8Array | Uint16Array>, codePoint: number): number =>
  blocks[(pages[codePoint >> BLOCK_BITS] << BLOCK_BITS) + (codePoint & (BLOCK - 1))]

/** Gives all members of a set (half-open ranges in one flat array) a value. */
export const fillSet = (values: Uint8Array | Uint16Array, set: readonly number[], value: number): void => {
  for (let i = 0; i < set.length; i += 2) values.fill(value, set[i], set[i + 1])
}
