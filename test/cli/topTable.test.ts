import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { topTable } from '../../src/cli/topTable.ts'
import { FileTable } from '../../src/result/fileTable.ts'
import { loadCounts } from '../../src/result/loadCounts.ts'
import { mergeCounts } from '../../src/result/mergeCounts.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()

const fileOf = (name: string, pieces: readonly string[]): string => {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(Object.fromEntries(pieces.map((piece, i) => [piece, pieces.length - i]))))
  return path
}

const shownIn = (table: string): string[] => table.split('\n').slice(1).map((line) => line.split('  ').at(-1)!)

test('each row has its own piece, also of pieces too long to be in memory together', async () => {
  const pieces = Array.from({ length: 6 }, (_, i) => `${i} ${'x'.repeat(20_000)}`)
  const counts = mergeCounts(await loadCounts(fileOf('long.json', pieces)))
  expect(shownIn(topTable(counts, 6)).map((piece) => piece.slice(0, 3))).toEqual(['"0 ', '"1 ', '"2 ', '"3 ', '"4 ', '"5 '])
})

test('each row has its own piece where the counts are in files', async () => {
  const pieces = Array.from({ length: 50_000 }, (_, i) => `piece ${i}`)
  const counts = await loadCounts(fileOf('many.json', pieces), { memoryBytes: 1e6, tempDir: folder })
  try {
    expect(counts.source).toBeInstanceOf(FileTable)
    expect(shownIn(topTable(counts, 20))).toEqual(pieces.slice(0, 20).map((piece) => JSON.stringify(piece)))
  } finally {
    counts.close()
  }
})
