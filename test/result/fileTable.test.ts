import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FileTable } from '../../src/result/fileTable.ts'
import { PARTITIONS } from '../../src/spill/layout.ts'
import { partitionOf } from '../../src/spill/partition.ts'
import { writeRun } from '../../src/spill/runWriter.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()

/** Pieces of many lengths, some of them with long beginnings in common, in the order of their bytes. */
const PIECES = Array.from({ length: 20_000 }, (_, i) => Buffer.from(`${'a'.repeat(i % 3 === 0 ? 50 : 1)} ${Math.imul(i, 0x9e3779b1) >>> 0}`)).sort(Buffer.compare)

const tableOf = (name: string): FileTable => {
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => {
    const path = join(folder, `${name}-${partition}.run`)
    const own = PIECES.filter((piece) => partitionOf(piece) === partition)
    const [segment] = writeRun(path, (run) => own.forEach((piece) => run.add(0, piece, 0, piece.length, piece.length)), { segments: 1 })
    return { path, segment }
  })
  return new FileTable({ partitions, orderPaths: [] }, () => {})
}

describe('counts in files', () => {
  test('single pieces are looked up, and those that are not there', () => {
    const table = tableOf('whole')
    for (const piece of PIECES) {
      expect(table.get(piece)).toBe(piece.length)
      expect(table.get(Buffer.concat([piece, Buffer.from('.')]))).toBeUndefined()
    }
    for (const other of ['', '\0', 'a', 'z', 'a'.repeat(100)]) expect(table.get(Buffer.from(other))).toBeUndefined()
    table.close()
    expect(() => table.get(PIECES[0])).toThrow(expect.objectContaining({ code: 'usage' }))
  })

  test('a damaged file is an error each time, and is not left open', () => {
    const table = tableOf('damaged')
    const [piece] = PIECES
    const path = join(folder, `damaged-${partitionOf(piece)}.run`)
    const bytes = readFileSync(path)
    bytes[30] ^= 1
    writeFileSync(path, bytes)
    const openFiles = (): number => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0)
    const before = openFiles()
    for (let i = 0; i < 5; i++) expect(() => table.get(piece)).toThrow(expect.objectContaining({ code: 'format' }))
    expect(openFiles()).toBe(before)
  })
})
