import { basename } from 'node:path'
import { expect, test, vi } from 'vitest'
import { loadCounts } from '../../src/result/loadCounts.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { file, folder } = temporaryFolder()
const runs = vi.hoisted(() => ({ written: 0 }))

vi.mock(import('../../src/spill/runWriter.ts'), async (importOriginal) => {
  const own = await importOriginal()
  return {
    ...own,
    writeRun(...[path, ...rest]: Parameters<typeof own.writeRun>) {
      if (basename(path).startsWith('counts-')) runs.written++ // and not what these are merged into
      return own.writeRun(path, ...rest)
    },
  }
})

test.each(['one file', 'several files'])('a long piece does not leave so little memory that others go into a run each: %s', async (how) => {
  const long = ['x', 'y', 'z'].map((letter) => letter.repeat(600_000))
  const pieces = [long[0], ...Array.from({ length: 3000 }, (_, i) => `piece ${i}`), long[1], ...Array.from({ length: 3000 }, (_, i) => `other ${i}`), long[2]]
  const rows = pieces.map((piece) => `{"piece":"${piece}","count":2}\n`)
  const parts = how === 'one file' ? [rows] : [rows.slice(0, 3000), rows.slice(3000, 4000), rows.slice(4000)]
  const files = parts.map((part, i) => file(`${parts.length}-${i}.jsonl`, part.join('')))
  runs.written = 0
  const counts = await loadCounts(files, { memoryBytes: 1e6, tempDir: folder })
  expect(runs.written).toBeGreaterThan(1)
  expect(runs.written).toBeLessThan(20)
  expect([...counts].map(([piece]) => piece).sort()).toEqual(pieces.sort())
  expect(counts.total).toBe(2 * pieces.length)
  counts.close()
})
