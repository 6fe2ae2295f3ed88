import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadCounts } from '../../src/result/loadCounts.ts'
import { mergeCounts } from '../../src/result/mergeCounts.ts'
import { countsOf, entries, rowsOf } from '../write/pieces.ts'

const PAST_2_53 = { code: 'limit', message: expect.stringContaining('more than 2^53') }

describe('mergeCounts', () => {
  test('adds up, as counting everything together would', () => {
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 4 }), (parts) => {
        expect(rowsOf(mergeCounts(...parts.map(countsOf)))).toEqual(rowsOf(countsOf(parts.flat())))
      }),
    )
  })

  test('up to 2^53 − 1, and no further', () => {
    const a = countsOf([['a', 2 ** 53 - 2]])
    expect(mergeCounts(a, countsOf([['b', 1]])).total).toBe(2 ** 53 - 1)
    expect(() => mergeCounts(a, countsOf([['a', 2]]))).toThrow(expect.objectContaining(PAST_2_53))
    expect(() => mergeCounts(a, countsOf([['b', 2]]))).toThrow(expect.objectContaining(PAST_2_53))
  })

  test('leaves what was merged as it was', () => {
    const a = countsOf([['a', 1]])
    mergeCounts(
      a,
      countsOf([
        ['a', 1],
        ['b', 1],
      ]),
    )
    expect([...a]).toEqual([['a', 1]])
  })
})

describe('loadCounts', () => {
  let folder: string
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'pretok-load-'))))
  afterAll(() => rmSync(folder, { recursive: true }))

  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }

  test('one file, or several of any format', async () => {
    const a = file('a.json', '{"x": 1, "y": 2}')
    const b = file('b.tsv', 'piece\tcount\ny\t3\nz\t4\n')
    const c = file('c.csv', 'piece,count\nz,5\nx,6\n')
    expect([...(await loadCounts(a))]).toEqual([
      ['y', 2],
      ['x', 1],
    ])
    expect([...(await loadCounts([a, b, c]))]).toEqual([
      ['z', 9],
      ['x', 7],
      ['y', 5],
    ])
    expect([...(await loadCounts([a, a]))]).toEqual([
      ['y', 4],
      ['x', 2],
    ])
  })

  test('in the format that is told', async () => {
    expect([...(await loadCounts(file('d.txt', 'piece,count\nx,1\n'), { format: 'csv' }))]).toEqual([['x', 1]])
    await expect(loadCounts(join(folder, 'd.txt'))).rejects.toMatchObject({ code: 'usage' })
  })

  test('of files that are larger than memory is the same, and finds a piece that is twice in one file', async () => {
    const lines = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, i) => `{"piece":"piece ${from + i}","count":${1 + ((from + i) % 7)}}\n`).join('')
    const a = file('large-a.jsonl', lines(0, 20_000))
    const b = file('large-b.jsonl', lines(10_000, 25_000))
    const few = file('few.jsonl', lines(0, 10))
    const expected = await loadCounts([a, b, few])
    const counts = await loadCounts([a, b, few], { memoryBytes: 1e6, tempDir: folder })
    expect(() => counts.table).toThrow(expect.objectContaining({ code: 'limit' }))
    expect([counts.size, counts.total, counts.textBytes]).toEqual([expected.size, expected.total, expected.textBytes])
    expect([...counts]).toEqual([...expected])
    counts.close()
    const twice = file('large-twice.jsonl', lines(0, 20_000) + lines(5, 6))
    const loading = loadCounts([few, twice], { memoryBytes: 1e6, tempDir: folder })
    await expect(loading).rejects.toThrow(`reading ${twice}: the piece "piece 5" is there twice`)
    expect(readdirSync(folder).filter((name) => name.startsWith('pretok-'))).toEqual([])
  })

  test('up to 2^53 − 1, and no further, also of files that are larger than memory', async () => {
    const lines = (first: string, count: number): string =>
      Array.from({ length: 20_000 }, (_, i) => `{"piece":"${i === 0 ? first : `${first} ${i}`}","count":${i === 0 ? count : 1}}\n`).join('')
    const [a, b, c] = ['a', 'b', 'c'].map((piece, i) => file(`most-${piece}.jsonl`, lines(piece, i === 0 ? 2 ** 53 - 500_000 : 400_000)))
    for (const memoryBytes of [1e6, 1e9]) {
      const counts = await loadCounts([a, b], { memoryBytes, tempDir: folder })
      expect(counts.total).toBe(2 ** 53 - 500_000 + 400_000 + 2 * 19_999)
      expect(() => counts.textBytes).toThrow(/more than 2\^53 bytes/)
      counts.close()
      await expect(loadCounts([a, b, c], { memoryBytes, tempDir: folder })).rejects.toMatchObject(PAST_2_53)
    }
    expect(readdirSync(folder).filter((name) => name.startsWith('pretok-'))).toEqual([])
  })

  test('of small and large files in turn, which are spilled together and by themselves, is the same', async () => {
    const lines = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, i) => `{"piece":"piece ${from + i}","count":1}\n`).join('')
    const files: string[] = []
    for (let from = 0; from < 120_000;) {
      const size = files.length % 12 === 11 ? 20_000 : 2000
      files.push(file(`turn-${files.length}.jsonl`, lines(from, (from += size))))
    }
    const expected = await loadCounts(files)
    const counts = await loadCounts(files, { memoryBytes: 1e6, tempDir: folder })
    expect([counts.size, counts.total]).toEqual([expected.size, expected.total])
    expect([...counts]).toEqual([...expected])
    counts.close()
  })

  test('refuses a piece that is twice in one file, also when an earlier file had it', async () => {
    const a = file('a.json', '{"x": 1, "y": 2}')
    const twice = file('twice.jsonl', '{"piece":"x","count":1}\n{"piece":"z","count":1}\n{"piece":"x","count":1}\n')
    const message = `reading ${twice}, line 3, byte 57: the piece "x" is there twice`
    await expect(loadCounts(twice)).rejects.toMatchObject({ code: 'format', message })
    await expect(loadCounts([a, twice])).rejects.toMatchObject({ code: 'format', message })
    const written = file('twice.json', '{"é": 1, "\\u00e9": 1}')
    await expect(loadCounts(written)).rejects.toThrow(`reading ${written}, line 1, byte 10: the piece "é" is there twice`)
  })

  test('can be stopped, and leaves nothing behind', async () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => `{"piece":"piece ${i}","count":1}\n`).join('')
    const path = file('stopped.jsonl', lines)
    const stopping = new AbortController()
    const loading = loadCounts(path, { memoryBytes: 1e6, tempDir: folder, signal: stopping.signal })
    const reason = new Error('no longer wanted')
    setImmediate(() => stopping.abort(reason))
    const interrupted = { code: 'interrupted', message: `reading ${path}: stopped before the end`, cause: reason }
    await expect(loading).rejects.toMatchObject(interrupted)
    await expect(loadCounts(path, { signal: stopping.signal })).rejects.toMatchObject(interrupted)
    expect(readdirSync(folder).filter((name) => name.startsWith('pretok-'))).toEqual([])
  })

  test('can be stopped while it merges what memory had no room for', async () => {
    const path = file('much.tsv', `piece\tcount\n${Array.from({ length: 300_000 }, (_, i) => `piece ${i}\t1\n`).join('')}`)
    const stopping = new AbortController()
    const hasBegun = (): boolean =>
      readdirSync(folder).some((name) => name.startsWith('pretok-') && readdirSync(join(folder, name)).includes('merged-0.run'))
    const stopOnceBegun = (): unknown => (hasBegun() ? stopping.abort() : setImmediate(stopOnceBegun))
    const loading = loadCounts(path, { memoryBytes: 1e6, tempDir: folder, signal: stopping.signal })
    stopOnceBegun()
    await expect(loading).rejects.toMatchObject({ code: 'interrupted', message: 'merging: stopped before the end; nothing was written' })
    expect(readdirSync(folder).filter((name) => name.startsWith('pretok-'))).toEqual([])
  })

  test('refuses counts that are more than 2^53 together', async () => {
    const large = file('large.json', '{"x": 9007199254740991}')
    expect((await loadCounts(large)).total).toBe(Number.MAX_SAFE_INTEGER)
    await expect(loadCounts([large, file('one.json', '{"y": 1}')])).rejects.toMatchObject(PAST_2_53)
  })

  test('refuses to load nothing', async () => {
    await expect(loadCounts([])).rejects.toMatchObject({ code: 'usage' })
  })
})
