import { join } from 'node:path'
import { handOverSorted } from '../count/handOverSorted.ts'
import { PieceTable } from '../count/pieceTable.ts'
import { PretokError } from '../errors.ts'
import { ORDER_BYTES, type MergedPartitions } from '../merge/mergePartition.ts'
import { canBeMerged, mergeSorted } from '../merge/mergeSorted.ts'
import type { MergeResult, WorkerCounts } from '../messages.ts'
import type { Threads } from '../pool/threads.ts'
import { FileTable } from '../result/fileTable.ts'
import { PretokenCounts } from '../result/pretokenCounts.ts'
import { arrangedBytes } from '../sort/arrangedTable.ts'
import { PlacedTable, tableBytes, type CountedPieces } from '../sort/tableMemory.ts'
import { PARTITIONS } from '../spill/layout.ts'
import { sumSegments } from '../spill/runFormat.ts'
import { makeFolderOfRuns, writeRun } from '../spill/runWriter.ts'
import type { TemporaryFolder } from '../temporary.ts'

/*
 * What the workers have counted becomes one result: in memory, if there is room for it, and otherwise by way of run files that are merged
 * partition by partition, by worker threads. What comes out is the same.
 */

export interface Gathering {
  /** Runs beside those of the workers: partial results. They stay. */
  partials: readonly string[]
  folder: TemporaryFolder
  /** Memory that each thread may take for merging, in bytes. */
  threadBytes: number
  /** Memory that the main thread may take for a result, in bytes. */
  resultBytes: number
  threads: number
  /** Settles when the threads that counted have ended. */
  closed: Promise<unknown>
  start: (threads: number) => Threads
  signal: AbortSignal | undefined
}

/** From so many bytes on, the memory of the threads is waited for: there is less in use at a time then. */
const MUCH = 2 ** 28

/** Adds up what workers have counted. Empties `counts`, whose tables are then of no use. */
export const gatherCounts = async (counts: WorkerCounts[], gathering: Gathering): Promise<PretokenCounts> => {
  const tables = counts.flatMap(({ table }) => (table === undefined || table.size === 0 ? [] : table))
  const runs = [...gathering.partials, ...counts.flatMap((one) => one.runs)]
  const workersBytes = counts.reduce((sum, { memory }) => sum + memory, 0) // until their threads have ended
  counts.length = 0
  const tablesBytes = memoryForTables(tables)
  if (runs.length === 0 && canBeMerged(tables) && workersBytes + tablesBytes <= gathering.resultBytes) {
    if (tablesBytes > MUCH) await gathering.closed
    return PretokenCounts.of(mergeSorted(tables))
  }
  await gathering.closed
  const merged = await mergeRuns([...runs, ...writeTables(tables, gathering.folder.path)], gathering)
  const { records, pieceBytes } = sumSegments(merged.partitions.map(({ segment }) => segment))
  const table = new FileTable(merged, gathering.folder.remove)
  if (!canBeLoaded(records, pieceBytes, gathering.resultBytes)) return PretokenCounts.of(table)
  const loaded = load(table, records, pieceBytes)
  table.close()
  return PretokenCounts.of(loaded)
}

/** Bytes that a table of so many pieces takes beside their own, with the order that is made of it: 16 for an entry, 13 for slots, 12. */
const ENTRY_BYTES = 41

/** A table says in 32 bits where a piece begins, whatever memory there is. */
const MOST_PIECE_BYTES = 2 ** 32 - 1

/** Whether a result that is in files can be loaded into a table. */
export const canBeLoaded = (entries: number, pieceBytes: number, resultBytes: number): boolean =>
  pieceBytes <= MOST_PIECE_BYTES && pieceBytes + ENTRY_BYTES * entries <= resultBytes

/** Memory for adding tables up: they are there, sums of some of them, and their sum, which is arranged. */
const memoryForTables = (tables: readonly CountedPieces[]): number => {
  let bytes = 0
  let entries = 0
  for (const { arena, starts, counts, size } of tables) {
    bytes += arena.byteLength + starts.byteLength + counts.byteLength
    entries += size
  }
  // there are two sums at a time, each as large as all tables at most; a table alone is copied, unless it is where it can be arranged
  const copies = tables.length === 1 ? Number(!(tables[0] instanceof PlacedTable)) : Math.min(tables.length - 1, 2)
  return (1 + copies) * bytes + arrangedBytes(0, entries) - tableBytes(0, entries)
}

/** Writes tables to runs, and forgets each when it is written. */
const writeTables = (tables: CountedPieces[], folder: string): string[] => {
  const paths: string[] = []
  for (let table; (table = tables.shift()) !== undefined;) {
    const path = join(folder, `table-${paths.length}.run`)
    const pieces = table
    makeFolderOfRuns(folder)
    writeRun(path, (run) => handOverSorted(pieces, (partition, bytes, start, end, count) => run.add(partition, bytes, start, end, count)))
    paths.push(path)
  }
  return paths
}

const mergeRuns = async (
  runs: readonly string[],
  { folder, threads, threadBytes, resultBytes, start, signal }: Gathering,
): Promise<MergedPartitions> => {
  makeFolderOfRuns(folder.path)
  // a few partitions for each thread, in one job: so its memory is taken once
  const jobs = Array.from({ length: Math.min(Math.max(1, threads), PARTITIONS) }, (_, job) => job)
  const { run, close } = start(jobs.length)
  const stop = (): void => void close()
  const throwIfStopped = (): void => {
    if (signal?.aborted === true) throw new PretokError('interrupted', 'merging: stopped before the end; nothing was written')
  }
  signal?.addEventListener('abort', stop)
  try {
    throwIfStopped() // before this listened
    const merges = jobs.map((job) => ({
      kind: 'merge' as const,
      partitions: Array.from({ length: PARTITIONS }, (_, partition) => partition).filter((partition) => partition % jobs.length === job),
      runs,
      folder: folder.path,
      memoryBytes: threadBytes,
      orderBytes: Math.max(ORDER_BYTES, resultBytes / 2) / jobs.length,
    }))
    // all are waited for before the first failure is told: nobody writes any more when the folder is removed
    const settled = await Promise.allSettled(run(merges) as Promise<MergeResult>[])
    throwIfStopped()
    const merged = settled.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason
      if ('partitions' in outcome.value) return outcome.value
      const { code, message } = outcome.value
      throw code === undefined ? new Error(message) : new PretokError(code, message)
    })
    // partition p is the one in place p / jobs of job p % jobs
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => merged[partition % jobs.length].partitions[Math.floor(partition / jobs.length)])
    return { partitions, orderPaths: merged.flatMap(({ orderPaths }) => orderPaths) }
  } finally {
    signal?.removeEventListener('abort', stop)
    await close()
  }
}

const load = (table: FileTable, entries: number, pieceBytes: number): PieceTable => {
  const loaded = new PieceTable(entries, pieceBytes)
  for (const { piece, count } of table.entries()) loaded.add(piece, 0, piece.length, count)
  return loaded
}
