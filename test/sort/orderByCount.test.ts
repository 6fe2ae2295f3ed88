import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SortedTable, sumLarge } from '../../src/count/sortedTable.ts'
import { orderByCount, orderMany } from '../../src/sort/orderByCount.ts'
import { ArrangedTable, newArrangedTable } from '../../src/sort/smallTables.ts'
import type { CountedPieces } from '../../src/sort/tableMemory.ts'

const count = fc.oneof(
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 2045, max: 2050 }),
  fc.integer({ min: 1, max: 2 ** 33 }),
  fc.constantFrom(65535, 65536, 2 ** 40 + 1, 2 ** 53 - 1),
)

test.each([orderByCount, orderMany])('%o: the highest count first, equal ones as they stand', (order) => {
  fc.assert(
    fc.property(fc.array(count, { maxLength: 300 }), (counts) => {
      const expected = counts.map((count, entry) => ({ count, entry })).sort((a, b) => b.count - a.count || a.entry - b.entry)
      expect([...order(Float64Array.from(counts))]).toEqual(expected.map(({ entry }) => entry))
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

test('a small table in the order of its counts, and its sums', () => {
  fc.assert(
    fc.property(tables, (entries) => {
      const table = tableOf(entries)
      const arranged = new ArrangedTable(table)
      expect(byCountOf(arranged)).toEqual(inOrder(entries))
      expect(arranged.sums).toEqual(sumLarge(table)) // exact or not
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

test('a small table is walked through in parts, pieces longer than those among them, by several at a time', () => {
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

test('tables that are not small have the same sums', () => {
  const size = 4_300_000
  const table: CountedPieces = {
    arena: new Uint8Array(4 * size).fill(0x61),
    starts: Uint32Array.from({ length: size + 1 }, (_, i) => 4 * i),
    counts: new Float64Array(size).fill(3),
    size,
  }
  expect(new SortedTable(table)).toMatchObject({ total: 3 * size, textBytes: 12 * size, arranged: undefined })
})
