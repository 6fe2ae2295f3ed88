import { describe, expect, test } from 'vitest'
import { takePageKernel } from '../../src/parquet/pageKernel.ts'
import { readValues } from '../../src/parquet/values.ts'

const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))])

/** DELTA_BINARY_PACKED: `count` numbers that begin with `first` and grow by `step`, both from 0 up. */
const numbers = (count: number, first: number, step: number): number[] => {
  const blocks = Array.from({ length: Math.ceil((count - 1) / 128) }, () => [...varint(2 * step), 0, 0, 0, 0])
  return [...varint(128), 4, ...varint(count), ...varint(2 * first), ...blocks.flat()]
}

const page = (prefixes: number[], lengths: number[], bytes: string): Buffer =>
  Buffer.concat([Buffer.from(prefixes), Buffer.from(lengths), Buffer.from(bytes)])

const open = (data: Buffer, count: number) => readValues(data, 0, 'DELTA_BYTE_ARRAY', count, undefined, takePageKernel())

describe('values that have their beginning from the one before', () => {
  test('are put together one by one: a small page may stand for very much text', () => {
    const count = 30_000 // of 1, 2, 3, ... bytes: 450 MB
    const data = page(numbers(count, 0, 1), numbers(count, 1, 0), 'x'.repeat(count))
    const before = process.memoryUsage().arrayBuffers
    const values = open(data, count)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24)
    for (let length = 1; length <= 100; length++) expect(values.next().toString()).toBe('x'.repeat(length))
    let rows = 100
    let bytes = 0
    for (let texts = values.takeMany(count); texts.ends.length > 0; texts = values.takeMany(count)) {
      rows += texts.ends.length
      bytes += texts.text.length
    }
    expect([rows, bytes]).toEqual([count, (count * (count + 1)) / 2 - 5050])
  })

  test('that have more from it than it has are damaged', () => {
    expect(() => open(page(numbers(3, 1, 0), numbers(3, 1, 0), 'abc'), 3)).toThrow('a page has lengths that cannot be')
    expect(() => open(page(numbers(3, 0, 2), numbers(3, 1, 0), 'abc'), 3)).toThrow('a page has lengths that cannot be')
  })

  test('that have more or fewer bytes than there are are damaged', () => {
    const [prefixes, lengths] = [numbers(3, 0, 1), numbers(3, 1, 0)]
    expect(() => open(page(prefixes, lengths, 'ab'), 3)).toThrow('a value is longer than its page')
    expect(() => open(page(prefixes, lengths, 'abcd'), 3)).toThrow('a page has bytes behind its values')
    expect(open(page(prefixes, lengths, 'abc'), 3).takeMany(3).text.toString()).toBe('aababc')
  })
})
