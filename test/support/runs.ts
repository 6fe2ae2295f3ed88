import fc from 'fast-check'
import { PARTITIONS } from '../../src/spill/layout.ts'
import { partitionOf } from '../../src/spill/partition.ts'
import { RunCursor, RunFile } from '../../src/spill/runReader.ts'
import { writeRun } from '../../src/spill/runWriter.ts'

/** Pieces as latin1 text, to be keys of a Map. */
export type Counts = Map<string, number>

export const arbitraryCounts = (maxLength = 40): fc.Arbitrary<Counts> => {
  const byte = fc.oneof(fc.constantFrom(0, 1, 0x61, 0x62, 0xff), fc.nat(255))
  const piece = fc.array(byte, { minLength: 1, maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
  const count = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 ** 40 }))
  return fc.array(fc.tuple(piece, count), { maxLength }).map((entries) => new Map(entries))
}

const compare = (a: Buffer, b: Buffer): number => Buffer.compare(a, b)

/** Writes counts as a run file. */
export const writeCountsAsRun = (path: string, counts: Counts, about?: unknown): void => {
  const pieces = [...counts].map(([text, count]) => {
    const piece = Buffer.from(text, 'latin1')
    return { piece, count, partition: partitionOf(piece) }
  })
  pieces.sort((a, b) => a.partition - b.partition || compare(a.piece, b.piece))
  writeRun(path, (run) => {
    for (const { partition, piece, count } of pieces) run.add(partition, piece, 0, piece.length, count)
    return about
  })
}

/** All records of a run file, in its order. */
export const readRun = (path: string, segments: number = PARTITIONS): [piece: string, count: number][] => {
  const run = new RunFile(path, segments)
  try {
    return run.segments.flatMap((segment) => {
      const records: [string, number][] = []
      for (const cursor = new RunCursor(run, segment); cursor.next();)
        records.push([Buffer.from(cursor.piece.subarray(0, cursor.length)).toString('latin1'), cursor.count])
      return records
    })
  } finally {
    run.close()
  }
}

/** What all counts together are. */
export const sumOf = (all: readonly Counts[]): Counts => {
  const sum: Counts = new Map()
  for (const counts of all) for (const [piece, count] of counts) sum.set(piece, (sum.get(piece) ?? 0) + count)
  return sum
}

/** Entries in the order of a result. */
export const inOrder = (counts: Counts): [piece: string, count: number][] =>
  [...counts].sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || compare(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')))
