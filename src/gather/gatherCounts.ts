import { join } from 'node:path'
import { handOverSorted } from '../count/handOverSorted.ts'
import { SortedTable } from '../count/sortedTable.ts'
import { PretokError, throwIfStopped } from '../errors.ts'
import { loadPartitions, mostIn, ORDER_BYTES, type MergedPartitions } from '../merge/mergePartition.ts'
import { canBeMerged, mergeSorted } from '../merge/mergeSorted.ts'
import type { MergeFailure, MergeJob, WorkerCounts } from '../messages.ts'
import type { Threads } from '../pool/threads.ts'
import { FileTable } from '../result/fileTable.ts'
import { PretokenCounts } from '../result/pretokenCounts.ts'
import { arrangedBytes, canBeArranged } from '../sort/arrangedTable.ts'
import { PlacedTable, tableBytes, type CountedPieces } from '../sort/tableMemory.ts'
import { PARTITIONS } from '../spill/layout.ts'
import { sumSegments, type Segment } from '../spill/runFormat.ts'
import { cursorBytes } from '../spill/runReader.ts'
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
  /** @param threads 0: what is to be done is little, and done by the main thread */
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
  throwIfMergingStopped(gathering.signal)
  const inRuns = mostIn(runs)
  if (runs.length > 0 && canBeAddedUp(tables, inRuns) && memoryForTables(tables, inRuns) <= gathering.resultBytes * ADDED_UP_SHARE)
    return PretokenCounts.of(mergeSorted([...tables, ...(await mergeRunsIntoTables(runs, inRuns, gathering))]))
  const merged = await mergeRuns([...runs, ...writeTables(tables, gathering.folder.path)], gathering)
  const segments = merged.partitions.map(({ segment }) => segment)
  if (!canBeLoaded(segments, gathering.resultBytes)) return PretokenCounts.of(new FileTable(merged, gathering.folder.remove))
  const table = new SortedTable(loadPartitions(merged.partitions))
  gathering.folder.remove()
  return PretokenCounts.of(table)
}

/** Whether a result that is in files can be loaded into a table: all of these segments are read at a time. */
export const canBeLoaded = (segments: readonly Segment[], resultBytes: number): boolean => {
  const { records, pieceBytes } = sumSegments(segments)
  const reading = segments.reduce((sum, segment) => sum + cursorBytes(segment), 0)
  return canBeArranged(pieceBytes, records) && arrangedBytes(pieceBytes, records) + reading <= resultBytes
}

/** Of the memory for a result, how much adding runs up in it may take. The threads that read them have the rest. */
const ADDED_UP_SHARE = 3 / 4
const READING_SHARE = 1 / 4

/** Pieces that are not in tables yet. */
type Most = ReturnType<typeof mostIn>

const canBeAddedUp = (tables: readonly CountedPieces[], { records, pieceBytes }: Most): boolean =>
  canBeArranged(
    tables.reduce((sum, { starts, size }) => sum + starts[size], pieceBytes),
    tables.reduce((sum, { size }) => sum + size, records),
  )

/**
 * Memory for adding tables up: they are there, sums of some of them, and their sum, which is arranged.
 *
 * @param others of them there will be a table for each partition
 */
const memoryForTables = (tables: readonly CountedPieces[], others?: Most): number => {
  let bytes = others === undefined ? 0 : tableBytes(others.pieceBytes, others.records)
  let entries = others?.records ?? 0
  for (const { arena, starts, counts, size } of tables) {
    bytes += arena.byteLength + starts.byteLength + counts.byteLength
    entries += size
  }
  // there are two sums at a time, each as large as all tables at most; a table alone is copied, unless it is where it can be arranged
  const count = tables.length + (others === undefined ? 0 : PARTITIONS)
  const copies = count === 1 ? Number(!(tables[0] instanceof PlacedTable)) : Math.min(count - 1, 2)
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

const mergeRuns = async (runs: readonly string[], gathering: Gathering): Promise<MergedPartitions> => {
  const { threadBytes, resultBytes } = gathering
  const merged = await mergeByThreads<MergedPartitions>(gathering, (same, jobs) => {
    const orderBytes = Math.max(ORDER_BYTES, resultBytes / 2) / jobs
    return { ...same, kind: 'merge', runs, memoryBytes: threadBytes, orderBytes }
  })
  // partition p is the one in place p / jobs of job p % jobs
  const jobs = merged.length
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => merged[partition % jobs].partitions[Math.floor(partition / jobs)])
  return { partitions, orderPaths: merged.flatMap(({ orderPaths }) => orderPaths) }
}

/** To add up fewer records takes no longer than to start threads. */
const FEW_RECORDS = 2 ** 19

const mergeRunsIntoTables = async (runs: readonly string[], { records }: Most, gathering: Gathering): Promise<CountedPieces[]> => {
  const memoryBytes = gathering.threadBytes * READING_SHARE
  const threads = records < FEW_RECORDS ? 0 : gathering.threads
  const tables = await mergeByThreads<CountedPieces[]>({ ...gathering, threads }, (same) => ({ ...same, kind: 'merge into tables', runs, memoryBytes }))
  return tables.flat()
}

/** What the threads make of their partitions: a few for each, in one job, so that its memory is taken once. */
const mergeByThreads = async <Merged extends MergedPartitions | CountedPieces[]>(
  { folder, threads, start, signal }: Gathering,
  jobFor: (same: Pick<MergeJob, 'partitions' | 'folder'>, jobs: number) => MergeJob,
): Promise<Merged[]> => {
  makeFolderOfRuns(folder.path)
  const count = Math.min(Math.max(1, threads), PARTITIONS)
  const { run, close } = start(threads === 0 ? 0 : count)
  const stop = (): void => void close()
  signal?.addEventListener('abort', stop)
  try {
    const jobs = Array.from({ length: count }, (_, job) => {
      const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition).filter((partition) => partition % count === job)
      return jobFor({ partitions, folder: folder.path }, count)
    })
    // all are waited for before the first failure is told: nobody writes any more when the folder is removed
    const settled = await Promise.allSettled(run(jobs) as Promise<Merged | MergeFailure>[])
    throwIfMergingStopped(signal)
    return settled.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason
      if (!('code' in outcome.value)) return outcome.value
      const { code, message } = outcome.value
      throw code === undefined ? new Error(message) : new PretokError(code, message)
    })
  } finally {
    signal?.removeEventListener('abort', stop)
    await close()
  }
}

const throwIfMergingStopped = (signal: AbortSignal | undefined): void => throwIfStopped(signal, 'merging: stopped before the end; nothing was written')
