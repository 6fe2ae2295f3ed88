import { deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js'
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
      return dictionaryValues(readHybrid(page, at + 1, page.length, page.readUInt8(at), checkedCount(count, page)), dictionary ?? [])
    case 'DELTA_LENGTH_BYTE_ARRAY':
      return deltaValues(readDelta(page, at, count, deltaLengthByteArray))
    case 'DELTA_BYTE_ARRAY':
      return deltaValues(readDelta(page, at, count, deltaByteArray))
    default:
      throw new Error(`the encoding ${encoding} is not supported for text`)
  }
}

/** Each value behind its length. */
const plainValues = (page: Buffer, start: number, count: number, kernel: PageKernel): TextValues => {
  if (count * 4 > page.length - start) throw new Error('a page has fewer values than it says')
  let at = start
  return {
    next() {
      if (at + 4 > page.length) throw new Error('a page has fewer values than it says')
      const from = at + 4
      at = from + page.readUInt32LE(at)
      if (at > page.length) throw new Error('a value is longer than its page')
      return page.subarray(from, at)
    },
    takeMany(most) {
      const texts = kernel.takeValues(page, at, most)
      at += 4 * texts.ends.length + texts.text.length
      return texts
    },
  }
}

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

const deltaValues = (values: readonly Buffer[]): TextValues => listedValues(values.length, (at) => values[at])

const isInsideCodePoint = (value: Buffer): boolean => value.length > 0 && (value[0] & 0xc0) === 0x80

const readDelta = (page: Buffer, at: number, count: number, read: typeof deltaByteArray): Buffer[] => {
  if (count === 0) return []
  // in memory of its own, for values are checked against the end of that
  const data = Uint8Array.from(page.subarray(at))
  const values = Array.from({ length: checkedCount(count, page) }, () => data)
  read({ view: new DataView(data.buffer), offset: 0 }, count, values)
  return values.map((value) => Buffer.from(value.buffer, value.byteOffset, value.length))
}
