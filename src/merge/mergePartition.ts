import { join } from 'node:path'
import { newArrangedTable } from '../sort/arrangedTable.ts'
import { newSharedTable, PlacedTable, type CountedPieces, type NewTable } from '../sort/tableMemory.ts'
import { PARTITIONS } from '../spill/layout.ts'
import { sumSegments, type Segment } from '../spill/runFormat.ts'
import { cursorBytes, RunCursor, RunFile } from '../spill/runReader.ts'
import { removeRun, writeRun, type RunWriter } from '../spill/runWriter.ts'
import { CursorHeap, cursorsInOrder, mergeCursors, type TakeRecord } from './mergeCursors.ts'
import { OrderWriter } from './orderWriter.ts'

/** Some partitions of a merge, as plain data: what a worker is asked to do. */
export interface TableMerge {
  partitions: readonly number[]
  /** Run files with a segment for each partition. */
  runs: readonly string[]
  /** Where what is needed on the way is written, and a result in files. */
  folder: string
  /** Memory for all of it, in bytes; a result in tables aside. */
  memoryBytes: number
}

export interface PartitionMerge extends TableMerge {
  /** Memory for reading all `orderPaths` at a time, in bytes; but two may always be left. */
  orderBytes: number
}

/** A part of a result that is backed by files: a run of one segment, the pieces in the order of their bytes. */
export interface MergedPartition {
  path: string
  segment: Segment
}

export interface MergedPartitions {
  /** In the order in which they were asked for. */
  partitions: MergedPartition[]
  /** Runs of one segment that together hold the pieces of all of them, each in the order of a result. */
  orderPaths: string[]
}

/** So many runs are read at a time at most, however much memory there is: each is an open file. */
const MOST_RUNS = 64
/** A partition's order is left in this many runs: the main thread reads those of all partitions at a time. */
const MOST_ORDER_RUNS = 4

/** Memory for reading the orders of a result that is always there, in bytes: as much as those of ordinary pieces take. */
export const ORDER_BYTES = 2 ** 25

/** What some runs hold, at most: a piece may be in several of them. Throws as reading does. */
export const mostIn = (runs: readonly string[]): { records: number; pieceBytes: number } =>
  sumSegments(runs.flatMap((path) => withRun(path, PARTITIONS, ({ segments }) => segments)))

/** Merges each partition of runs into a table, in the order of its bytes: for a result that memory has room for. Throws as reading and writing do. */
export const mergeIntoTables = ({ partitions, runs, folder, memoryBytes }: TableMerge): CountedPieces[] =>
  withOpenRuns(runs, (inputsOf) =>
    partitions.map((partition) => {
      const nameOf = (level: number): string => join(folder, `level-${partition}-${level}.run`)
      return readIntoTable(reduce(inputsOf(partition), memoryBytes, Infinity, nameOf, mergeCursors), newSharedTable)
    }),
  )

/** All that is in merged partitions as one table, in the order of its bytes, which can be arranged. Throws as reading does. */
export const loadPartitions = (partitions: readonly MergedPartition[]): CountedPieces =>
  readIntoTable(
    partitions.map(({ path }) => ({ path, segmentCount: 1, segment: 0, isTemporary: false })),
    newArrangedTable,
  )

const readIntoTable = (inputs: readonly Input[], make: NewTable): CountedPieces => {
  const { records, pieceBytes } = sumSegments(inputs.map(segmentOf))
  const table = make(pieceBytes, records)
  const { arena, starts, counts } = table
  let size = 0
  let end = 0
  readAll(inputs, (cursors) =>
    mergeCursors(cursors, (bytes, length, count) => {
      if (length > FEW_BYTES) arena.set(bytes.subarray(0, length), end)
      else for (let i = 0; i < length; i++) arena[end + i] = bytes[i]
      counts[size] = count
      starts[++size] = end += length
    }),
  )
  return table instanceof PlacedTable ? table.firstOf(size) : { ...table, size }
}

/** Below this, calling `set` takes longer than copying. */
const FEW_BYTES = 64

/** Merges each partition of runs into one run by bytes, and runs in the order of a result. Bounded memory; throws as reading and writing do. */
export const mergePartitions = (merge: PartitionMerge): MergedPartitions => {
  const steps = mergeInSteps(merge)
  let step
  do step = steps.next()
  while (step.done !== true)
  return step.value
}

/** The same, and yields after each partition: whoever has other things to do does them in between. What was written stays if it is ended then. */
export function* mergeInSteps({ partitions, runs, folder, memoryBytes, orderBytes }: PartitionMerge): Generator<void, MergedPartitions> {
  const order = new OrderWriter(memoryBytes / 2)
  const orderRuns: Input[] = []
  const { inputsOf, close } = openRuns(runs)
  const mergeOne = (partition: number): MergedPartition => {
    const name = (what: string): string => join(folder, `${what}-${partition}.run`)
    const few = reduce(inputsOf(partition), memoryBytes / 2, Infinity, (level) => name(`level-${level}`), mergeCursors)
    const path = name('merged')
    order.start((run) => name(`order-${run}`))
    const [segment] = writeRun(
      path,
      (run) =>
        readAll(few, (cursors) =>
          mergeCursors(cursors, (bytes, length, count) => {
            run.add(0, bytes, 0, length, count)
            order.add(bytes, length, count)
          }),
        ),
      { segments: 1 },
    )
    const ordered = order.finish().map((path): Input => ({ path, segmentCount: 1, segment: 0, isTemporary: true }))
    orderRuns.push(...reduce(ordered, memoryBytes / 2, MOST_ORDER_RUNS, (level) => name(`order-level-${level}`), mergeOrders))
    return { path, segment }
  }
  try {
    const merged: MergedPartition[] = []
    for (const partition of partitions) {
      merged.push(mergeOne(partition))
      yield
    }
    const few = reduceTo(orderRuns, Math.min(orderBytes, memoryBytes / 2), (level) => join(folder, `orders-${partitions[0]}-${level}.run`))
    return { partitions: merged, orderPaths: few.map(({ path }) => path) }
  } finally {
    close()
  }
}

/** Runs in the order of a result are seldom too large to be read at a time: each is a block in memory, and that is large where a piece is. */
const reduceTo = (inputs: Input[], memoryBytes: number, nameOf: (run: number) => string): Input[] =>
  inputs.reduce((sum, input) => sum + bytesToRead(input), 0) <= memoryBytes ? inputs : reduce(inputs, memoryBytes, Infinity, nameOf, mergeOrders)

/** Gives the segments of a partition in all runs. */
type InputsOf = (partition: number) => Input[]

/** Opens runs if they are few: each is asked for a segment after the other, and its footer tells of all. */
const openRuns = (runs: readonly string[]): { inputsOf: InputsOf; close: () => void } => {
  const files: RunFile[] = []
  const close = (): void => {
    for (const file of files) file.close()
  }
  try {
    if (runs.length <= MOST_RUNS) for (const path of runs) files.push(new RunFile(path, PARTITIONS))
  } catch (error) {
    close()
    throw error
  }
  const inputsOf = (partition: number): Input[] =>
    runs.map((path, i) => ({ path, segmentCount: PARTITIONS, segment: partition, isTemporary: false, file: files[i] }))
  return { inputsOf, close }
}

/** Has the runs open meanwhile. */
const withOpenRuns = <Result>(runs: readonly string[], body: (inputsOf: InputsOf) => Result): Result => {
  const { inputsOf, close } = openRuns(runs)
  try {
    return body(inputsOf)
  } finally {
    close()
  }
}

/** Merges runs into one, partition by partition. */
export const mergeRunsInto = (
  out: RunWriter,
  runs: readonly string[],
  { memoryBytes, nameOf }: { memoryBytes: number; nameOf: (run: string) => string },
): void => {
  withOpenRuns(runs, (inputsOf) => {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const few = reduce(inputsOf(partition), memoryBytes, Infinity, (level) => nameOf(`${partition}-${level}`), mergeCursors)
      readAll(few, (cursors) => mergeCursors(cursors, (bytes, length, count) => out.add(partition, bytes, 0, length, count)))
    }
  })
}

/**
 * A piece that is in more than one of these runs; undefined if there is none. Where they cannot be read at a time, others are written in between.
 * Yields after each partition.
 */
export function* findRepeated(runs: readonly string[], folder: string, memoryBytes: number): Generator<void, Uint8Array | undefined> {
  const { inputsOf, close } = openRuns(runs)
  try {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const name = (level: number): string => join(folder, `distinct-${partition}-${level}.run`)
      const few = reduce(inputsOf(partition), memoryBytes, Infinity, name, mergeDistinct)
      readAll(few, (cursors) => mergeDistinct(cursors, () => {}))
      yield
    }
    return undefined
  } catch (error) {
    if (error instanceof Repeated) return error.piece
    throw error
  } finally {
    close()
  }
}

/** Ends a merge of runs that should have no piece in common. */
class Repeated extends Error {
  readonly piece: Uint8Array

  constructor(piece: Uint8Array) {
    super('a piece is there twice')
    this.piece = piece
  }
}

/** Throws `Repeated` for a piece that is in two of them. */
const mergeDistinct: Merge = (cursors, take) => {
  for (const heap = new CursorHeap(cursors, false); heap.size > 0; heap.advance(0)) {
    const { first, second } = heap
    if (second !== -1 && heap.isSamePiece(second)) throw new Repeated(first.view.slice())
    take(first.piece, first.length, first.count)
  }
}

const mergeOrders: Merge = (cursors, take) => {
  for (const { piece, length, count } of cursorsInOrder(cursors)) take(piece, length, count)
}

type Merge = (cursors: readonly RunCursor[], take: TakeRecord) => void

/** A segment of a file. Temporary files are removed when they have been read. */
interface Input {
  path: string
  segmentCount: number
  segment: number
  isTemporary: boolean
  /** The file, if it is open. */
  file?: RunFile | undefined
}

/** Merges inputs until they can be read at a time: few enough, and within the memory. */
const reduce = (inputs: readonly Input[], memoryBytes: number, most: number, nameOf: (run: number) => string, merge: Merge): Input[] => {
  let left = [...inputs]
  for (let run = 0; ;) {
    const groups = groupInputs(left, memoryBytes)
    if (groups.length <= 1 && left.length <= most) return left
    left = groups.map((group) => {
      if (group.length === 1) return group[0]
      const path = nameOf(run++)
      writeRun(path, (out) => readAll(group, (cursors) => merge(cursors, (bytes, length, count) => out.add(0, bytes, 0, length, count))), {
        segments: 1,
      })
      return { path, segmentCount: 1, segment: 0, isTemporary: true }
    })
  }
}

/** Consecutive inputs that fit into the memory together; at least two, or nothing would ever become less. */
const groupInputs = (inputs: readonly Input[], memoryBytes: number): Input[][] => {
  const groups: Input[][] = []
  let bytes = Infinity
  for (const input of inputs) {
    const needed = bytesToRead(input)
    const group = groups.at(-1)
    if (group === undefined || group.length >= MOST_RUNS || (bytes + needed > memoryBytes && group.length >= 2)) {
      groups.push([input])
      bytes = needed
    } else {
      group.push(input)
      bytes += needed
    }
  }
  return groups
}

const bytesToRead = (input: Input): number => cursorBytes(segmentOf(input))

const segmentOf = ({ path, segmentCount, segment, file }: Input): Segment =>
  file === undefined ? withRun(path, segmentCount, ({ segments }) => segments[segment]) : file.segments[segment]

const withRun = <Result>(path: string, segmentCount: number, look: (run: RunFile) => Result): Result => {
  const run = new RunFile(path, segmentCount)
  try {
    return look(run)
  } finally {
    run.close()
  }
}

/** Opens inputs and gives cursors on those that are not empty. */
const readAll = (inputs: readonly Input[], body: (cursors: RunCursor[]) => void): void => {
  const files: RunFile[] = []
  const cursors: RunCursor[] = []
  try {
    for (const { path, segmentCount, segment, file } of inputs) {
      const run = file ?? new RunFile(path, segmentCount)
      if (file === undefined) files.push(run)
      if (run.segments[segment].records > 0) cursors.push(new RunCursor(run, run.segments[segment]))
    }
    body(cursors)
  } finally {
    for (const run of files) run.close()
    for (const cursor of cursors) cursor.release()
  }
  for (const { path, isTemporary } of inputs) if (isTemporary) removeRun(path)
}
