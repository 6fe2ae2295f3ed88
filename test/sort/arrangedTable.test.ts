import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SortedTable } from '../../src/count/sortedTable.ts'
import { ArrangedTable, newArrangedTable } from '../../src/sort/arrangedTable.ts'
import type { CountedPieces } from '../../src/sort/tableMemory.ts'

const count = fc.oneof(
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 2045, max: 2050 }),
  fc.integer({ min: 1, max: 2 ** 33 }),
  fc.constantFrom(65535, 65536, 2 ** 40 + 1, 2 ** 53 - 1),
)

test('the highest count first, equal ones as they stand', () => {
  fc.assert(
    fc.property(fc.array(count, { maxLength: 300 }), (counts) => {
      const expected = counts.map((count, entry) => ({ count, entry })).sort((a, b) => b.count - a.count || a.entry - b.entry)
      const arranged = new ArrangedTable(tableOf(counts.map((count, i) => ({ piece: Uint8Array.of(i, i >>> 8), count }))))
      expect([...arranged.order]).toEqual(expected.map(({ entry }) => entry))
    }),
  )
})

const tables = fc.array(fc.record({ piece: fc.uint8Array({ maxLength: 40 }), count }), { maxLength: 300 })

/** With what stands behind a table that is part of a larger one. */
const tableOf = (entries: readonly { piece: Uint8Array; count: number }[]): CountedPieces => {
  const starts = Uint32Array.from([0, ...entries.map(({ piece }) => piece.length), 77])
  for (let i = 1; i <= entries.length; i++) starts[i] += starts[i - 1]
  const arena = Uint8Array.from(entries.flatMap(({ piece }) => [...piece]).concat(1, 2, 3))
  return { arena, starts, counts: Float64Array.from([...entries.map(({ count }) => count), 99]), size: entries.length }
}

const entriesOf = ({ arena, starts, counts, size }: CountedPieces): { piece: Uint8Array; count: number }[] =>
  Array.from({ length: size }, (_, i) => ({ piece: arena.slice(starts[i], starts[i + 1]), count: counts[i] }))

const byCountOf = (arranged: ArrangedTable): { piece: Uint8Array; count: number }[] => [...arranged.byCount()].flatMap((part) => entriesOf(part))

const inOrder = (entries: readonly { piece: Uint8Array; count: number }[]) => entries.toSorted((a, b) => b.count - a.count)

test('a table in the order of its counts, and its sums', () => {
  fc.assert(
    fc.property(tables, (entries) => {
      const table = tableOf(entries)
      const arranged = new ArrangedTable(table)
      expect(byCountOf(arranged)).toEqual(inOrder(entries))
      const total = entries.reduce((sum, { count }) => sum + count, 0)
      const textBytes = entries.reduce((sum, { piece, count }) => sum + piece.length * count, 0)
      expect(arranged.sums).toEqual({ total, textBytes }) // exact or not
      expect(entriesOf(arranged.table)).toEqual(entries)
      expect(entriesOf(table)).toEqual(entries)
      const placed = newArrangedTable(table.starts[table.size], table.size)
      placed.arena.set(table.arena.subarray(0, table.starts[table.size]))
      placed.starts.set(table.starts.subarray(0, table.size + 1))
      placed.counts.set(table.counts.subarray(0, table.size))
      const inPlace = new ArrangedTable(placed)
      expect(inPlace.table).toBe(placed)
      expect(byCountOf(inPlace)).toEqual(inOrder(entries))
      expect(byCountOf(inPlace)).toEqual(inOrder(entries)) // again
    }),
  )
})

test('a table is walked through in parts, pieces longer than those among them, by several at a time', () => {
  const entries = Array.from({ length: 5000 }, (_, i) => ({
    piece: new Uint8Array(i % 1000 === 7 ? 40_000 + i : i % 50).fill(i),
    count: 1 + ((i * 7919) % 5003),
  }))
  const arranged = new ArrangedTable(tableOf(entries))
  const [one, other] = [arranged.byCount(), arranged.byCount()]
  const found: [piece: Uint8Array, count: number][][] = [[], []]
  const take = (parts: Generator<CountedPieces>, to: [piece: Uint8Array, count: number][]): boolean => {
    const { value, done } = parts.next()
    if (done === true) return false
    expect(value.starts[value.size]).toBeLessThanOrEqual(value.arena.length)
    to.push(...entriesOf(value).map(({ piece, count }): [Uint8Array, number] => [piece, count]))
    return true
  }
  take(one, found[0])
  while (take(other, found[1])) take(one, found[0])
  while (take(one, found[0]));
  const expected = inOrder(entries).map(({ piece, count }) => [piece, count])
  expect(found[0]).toEqual(expected)
  expect(found[1]).toEqual(expected)
})

test('a large table', () => {
  const size = 4_300_000
  const table: CountedPieces = {
    arena: new Uint8Array(4 * size).fill(0x61),
    starts: Uint32Array.from({ length: size + 1 }, (_, i) => 4 * i),
    counts: new Float64Array(size).fill(3),
    size,
  }
  table.counts[size - 1] = 5
  const sorted = new SortedTable(table)
  expect(sorted).toMatchObject({ total: 3 * size + 2, textBytes: 12 * size + 8 })
  expect(sorted.arranged.order.subarray(0, 3)).toEqual(Uint32Array.of(size - 1, 0, 1))
  expect(sorted.arranged.order.at(-1)).toBe(size - 2)
})
