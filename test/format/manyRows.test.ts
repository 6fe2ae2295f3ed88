import { describe, expect, test } from 'vitest'
import { createManyRows } from '../../src/format/manyRows.ts'
import { IGNORING_SINK } from '../../src/format/records.ts'

/** Rows of ten bytes, of which seven are text; the input begins at place 1000. Those of a number that is `unusual` are looked at one by one. */
const read = (count: number, { isUnusual = () => false, isWanted = () => true }: { isUnusual?: (row: number) => boolean; isWanted?: () => boolean }) => {
  const taken: number[] = []
  let [tries, format, singly] = [0, 0, 0]
  const takeMany = createManyRows({
    ...IGNORING_SINK,
    documents({ text, ends, end }) {
      expect(text.length).toBe(7 * ends.length)
      if (!isWanted()) return false
      taken.push(end)
      return true
    },
    format: (bytes) => void (format += bytes),
  })
  for (let from = 0; from < 10 * count;) {
    const after = takeMany(1000, from, () => {
      tries++
      let rows = 0
      while (rows < 50 && from / 10 + rows < count && !isUnusual(from / 10 + rows)) rows++
      return { text: Buffer.alloc(7 * rows), ends: Uint32Array.from({ length: rows }, (_, i) => 7 * (i + 1)), after: from + 10 * rows }
    })
    if (after === from) singly++
    from = after === from ? from + 10 : after
  }
  return { taken, tries, format, singly }
}

describe('rows are taken many at a time', () => {
  test('with where they end, and what of them is no text', () => {
    expect(read(120, {})).toEqual({ taken: [1500, 2000, 2200], tries: 3, format: 3 * 120, singly: 0 })
  })

  test('behind one that has to be looked at by itself, too', () => {
    const { taken, singly } = read(120, { isUnusual: (row) => row === 20 || row === 80 })
    expect({ taken, singly }).toEqual({ taken: [1200, 1710, 1800, 2200], singly: 2 })
  })

  test('not those that the sink does not want so: they are told one by one, each once', () => {
    let asked = 0
    const { taken, tries, singly } = read(200, { isWanted: () => ++asked !== 2 })
    expect({ taken, tries, singly }).toEqual({ taken: [1500, 2500, 3000], tries: 4, singly: 50 })
  })

  test('not at all if the sink never takes them', () => {
    const takeMany = createManyRows(IGNORING_SINK)
    for (let row = 0; row < 1000; row++) expect(takeMany(0, row, () => expect.fail('none is to be taken'))).toBe(row)
  })

  test('and little time is lost on trying where all are of another kind: it is tried less and less often, but never given up', () => {
    const { tries, singly } = read(10_000, { isUnusual: () => true })
    expect(singly).toBe(10_000)
    expect(tries).toBeGreaterThan(10_000 / 256)
    expect(tries).toBeLessThan(10_000 / 256 + 10)
    const later = read(10_000, { isUnusual: (row) => row < 5000 })
    expect(later.singly).toBeLessThan(5000 + 256)
    // where some have been taken, the next unusual one is nothing to wait long for
    expect(read(10_000, { isUnusual: (row) => row < 5000 || row === 9000 }).singly).toBe(later.singly + 1)
  })
})
