import { deltaBinaryUnpack } from 'hyparquet/src/delta.js'
import { readHybrid } from './levels.ts'
import type { PageKernel, Texts } from './pageKernel.ts'

/** The values of a page, one after another or many at a time. Throws an Error where the page is damaged. */
export interface TextValues {
  next(): Buffer
  /** Some of the next `count` values; none if the next one has to be looked at by itself. */
  takeMany(count: number): Texts
}

/** Runs may stand for very many values, but no page of text has as many as this. */
const MAX_VALUES = 2 ** 26

export const checkedCount = (count: number, page: Buffer): number => {
  if (count > MAX_VALUES + page.length) throw new Error('a page has more values than can be')
  return count
}

/** @param count of the values in page[at, …) */
export const readValues = (
  page: Buffer,
  at: number,
  encoding: string,
  count: number,
  dictionary: readonly Buffer[] | undefined,
  kernel: PageKernel,
): TextValues => {
  switch (encoding) {
    case 'PLAIN':
      return plainValues(page, at, count, kernel)
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      if (count === 0) return listedValues(0, () => undefined)
      return dictionaryValues(readHybrid(page, at + 1, page.length, page.readUInt8(at), new Uint32Array(checkedCount(count, page))), dictionary ?? [])
    case 'DELTA_LENGTH_BYTE_ARRAY':
      return deltaValues(page, at, count, false)
    case 'DELTA_BYTE_ARRAY':
      return deltaValues(page, at, count, true)
    default:
      throw new Error(`the encoding ${encoding} is not supported for text`)
  }
}

/** Each value behind its length. */
const plainValues = (page: Buffer, start: number, count: number, kernel: PageKernel): TextValues => {
  if (count * 4 > page.length - start) throw new Error('a page has fewer values than it says')
  let at = start
  let left = count
  /** Bytes that are left over are of a value that has lost them, by a length that is another. */
  const pass = (values: number, bytes: number): void => {
    at += 4 * values + bytes
    left -= values
    if (left === 0 && at < page.length) throw bytesBehind()
  }
  return {
    next() {
      if (at + 4 > page.length) throw new Error('a page has fewer values than it says')
      const from = at + 4
      const end = from + page.readUInt32LE(at)
      if (end > page.length) throw new Error('a value is longer than its page')
      pass(1, end - from)
      return page.subarray(from, end)
    },
    takeMany(most) {
      const { text, ends } = kernel.takeValues(page, at, most)
      const isDamaged = ends.length === left && at + 4 * ends.length + text.length < page.length
      const texts = isDamaged ? { text: text.subarray(0, ends.at(-2) ?? 0), ends: ends.subarray(0, -1) } : { text, ends } // it fails when it is taken alone
      pass(texts.ends.length, texts.text.length)
      return texts
    },
  }
}

const bytesBehind = (): Error => new Error('a page has bytes behind its values')

/** The values of a page in memory of its own. */
export const readDictionaryValues = (page: Buffer, count: number, kernel: PageKernel): Buffer[] => {
  const values = plainValues(Buffer.from(page), 0, count, kernel)
  return Array.from({ length: count }, () => values.next())
}

const MANY_VALUES = 4096
const MANY_BYTES = 2 ** 18

/** @param valueOf gives each value, and undefined for one that is not there */
const listedValues = (count: number, valueOf: (at: number) => Buffer | undefined): TextValues => {
  let at = 0
  const next = (): Buffer => {
    const value = valueOf(at)
    if (value === undefined) throw new Error('a value is not in the dictionary')
    at++
    return value
  }
  return {
    next,
    takeMany(most) {
      const taken: Buffer[] = []
      let length = 0
      for (let end = Math.min(count, at + most, at + MANY_VALUES); at < end && length < MANY_BYTES;) {
        const value = valueOf(at)
        if (value === undefined || isInsideCodePoint(value)) break // for whoever takes it alone
        taken.push(value)
        length += value.length
        at++
      }
      let end = 0
      return { text: Buffer.concat(taken, length), ends: Uint32Array.from(taken, (value) => (end += value.length)) }
    },
  }
}

/** Looked up when they are taken: few bytes of a page may stand for very many values. */
const dictionaryValues = (indices: Uint32Array, dictionary: readonly Buffer[]): TextValues =>
  listedValues(indices.length, (at) => dictionary[indices[at]])

/**
 * Lengths of all values, then their bytes. With `hasPrefixes`, what stands there is only the end of a value, and lengths in front of all tell how
 * much of the one before is its beginning. Values are put together when they are taken: few bytes of a page may stand for very much text.
 */
const deltaValues = (page: Buffer, start: number, count: number, hasPrefixes: boolean): TextValues => {
  if (count === 0) return listedValues(0, () => undefined)
  const reader = { view: new DataView(page.buffer, page.byteOffset, page.length), offset: start }
  const readLengths = (): Int32Array => {
    const lengths = new Int32Array(checkedCount(count, page))
    deltaBinaryUnpack(reader, count, lengths)
    return lengths
  }
  const prefixes = hasPrefixes ? readLengths() : undefined
  const lengths = readLengths()
  checkLengths(prefixes, lengths, page.length - reader.offset)
  let at = reader.offset
  let taken = 0
  let value: Buffer = Buffer.alloc(0)
  return listedValues(count, (number) => {
    if (number === taken) {
      taken++
      const end = page.subarray(at, (at += lengths[number]))
      const prefix = prefixes?.[number] ?? 0
      value = prefix === 0 ? end : Buffer.concat([value.subarray(0, prefix), end])
    }
    return value
  })
}

/** @param bytes that are there for all values */
const checkLengths = (prefixes: Int32Array | undefined, lengths: Int32Array, bytes: number): void => {
  let before = 0
  let sum = 0
  for (const [i, length] of lengths.entries()) {
    const prefix = prefixes?.[i] ?? 0
    if (length < 0 || prefix < 0 || prefix > before) throw new Error('a page has lengths that cannot be')
    before = prefix + length
    sum += length
  }
  if (sum > bytes) throw new Error('a value is longer than its page')
  if (sum < bytes) throw bytesBehind()
}

const isInsideCodePoint = (value: Buffer): boolean => value.length > 0 && (value[0] & 0xc0) === 0x80
