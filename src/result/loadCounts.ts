import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { checkChoice, checkOptionNames, checkSignal, checkTexts, refuse, type OptionNames } from '../checks.ts'
import { handOverSorted, SORT_BYTES } from '../count/handOverSorted.ts'
import { PieceTable } from '../count/pieceTable.ts'
import { PretokError, throwIfReadingStopped, throwIfStopped } from '../errors.ts'
import { findRepeated, mergeInSteps, ORDER_BYTES } from '../merge/mergePartition.ts'
import { PARTITIONS } from '../spill/layout.ts'
import { makeFolderOfRuns, writeRun } from '../spill/runWriter.ts'
import { checkTemporaryBase, reserveTemporaryFolder, type TemporaryFolder } from '../temporary.ts'
import { COUNTS_FORMATS, STANDARD_STREAM, type CountsFormat } from '../write/formats.ts'
import { pieceToString } from '../write/pieceText.ts'
import { readCounts } from '../write/readCounts.ts'
import { FileTable } from './fileTable.ts'
import { PretokenCounts } from './pretokenCounts.ts'

export interface LoadOptions {
  /** Of all files. Default: as the ending of each says. */
  format?: CountsFormat | undefined
  /** Memory for the counts in bytes, at least 1,000,000; what is more stays in files. Default: no limit. */
  memoryBytes?: number | undefined
  /** A folder for what does not fit into memory. Default: the system's folder for temporary files. */
  tempDir?: string | undefined
  /** Stops it: it fails with code 'interrupted', and nothing is left behind. */
  signal?: AbortSignal | undefined
}

/** With less, nearly every piece would be in a file of its own. */
const LEAST_MEMORY = 1e6
/** So much of the memory may an empty table have: three quarters of its half. */
const MOST_KEPT = 3 / 8

const OPTION_NAMES: OptionNames<LoadOptions> = { format: true, memoryBytes: true, tempDir: true, signal: true }

const checkLoadOptions = (options: LoadOptions): void => {
  checkOptionNames(options, OPTION_NAMES)
  checkChoice('format', options.format, COUNTS_FORMATS)
  const { memoryBytes, tempDir, signal } = options
  checkSignal(signal)
  if (tempDir !== undefined) checkTemporaryBase('tempDir', tempDir)
  if (memoryBytes !== undefined && !(typeof memoryBytes === 'number' && memoryBytes >= LEAST_MEMORY)) refuse('memoryBytes', memoryBytes, `a number of bytes, at least ${LEAST_MEMORY}`)
}

/**
 * Reads a file of counts, or adds up several. The format of each is told by its ending unless it is given. Throws 'usage' for options that cannot be,
 * 'interrupted', 'input' for a file that cannot be read, 'format' for a damaged file or a piece that is twice in one file, and 'limit' when the counts are more than
 * 2^53 together.
 */
export const loadCounts = async (paths: string | readonly string[], options: LoadOptions = {}): Promise<PretokenCounts> => {
  checkLoadOptions(options)
  const files = typeof paths === 'string' ? [paths] : paths
  checkTexts('paths', files, 'a path or an array of paths')
  if (files.length === 0) throw new PretokError('usage', 'nothing to load: no file was given')
  if (files.filter((path) => path === STANDARD_STREAM).length > 1) throw new PretokError('usage', 'loading counts: standard input can be read once only')
  const loading = new Loading(options)
  try {
    // one after the other: parsing takes the processor, not the disk
    for (const file of files) await loading.load(file)
    return PretokenCounts.of(await loading.finish())
  } catch (error) {
    loading.folder.remove()
    throw error
  }
}

/** The counts that were read so far: in a table, and in runs once that would have become too large. */
class Loading {
  readonly folder: TemporaryFolder
  private readonly format: CountsFormat | undefined
  private readonly memoryBytes: number
  private readonly signal: AbortSignal | undefined
  private sum: PieceTable | undefined
  private readonly runs: string[] = []
  private runNumber = 0

  constructor({ format, memoryBytes = Infinity, tempDir = tmpdir(), signal }: LoadOptions) {
    this.format = format
    this.signal = signal
    this.memoryBytes = memoryBytes
    this.folder = reserveTemporaryFolder(tempDir)
  }

  /** Each file has a table of its own while it is read: so it is known when a piece is twice in one file. */
  async load(path: string): Promise<void> {
    let own = new PieceTable()
    const runs: string[] = []
    throwIfReadingStopped(this.signal, path)
    await readCounts(path, this.format, (bytes, start, end, count) => {
      throwIfReadingStopped(this.signal, path)
      if (!this.hasRoom(own, end - start)) own = this.spill(own, runs)
      const { size } = own
      own.add(bytes, start, end, count)
      return own.size > size ? undefined : isTwice(bytes.subarray(start, end))
    })
    if (runs.length > 0) {
      this.spill(own, runs)
      const repeated = await this.inTurns(findRepeated(runs, this.folder.path, this.memoryBytes / 2))
      if (repeated !== undefined) throw new PretokError('format', `reading ${path}: ${isTwice(repeated)}`)
      this.runs.push(...runs)
    } else this.addUp(own)
  }

  async finish(): Promise<PieceTable | FileTable> {
    if (this.runs.length === 0) {
      this.folder.remove()
      return this.sum ?? new PieceTable()
    }
    if (this.sum !== undefined) this.spill(this.sum, this.runs)
    this.sum = undefined
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition)
    const { memoryBytes } = this
    const orderBytes = Math.max(ORDER_BYTES, memoryBytes / 2)
    const merging = mergeInSteps({ partitions, runs: this.runs, folder: this.folder.path, memoryBytes, orderBytes })
    return new FileTable(await this.inTurns(merging), this.folder.remove)
  }

  /** Goes through all steps, and lets the process hear in between of what is to stop it. */
  private async inTurns<Result>(steps: Generator<void, Result>): Promise<Result> {
    for (;;) {
      const { done, value } = steps.next()
      if (done === true) return value
      await setImmediate()
      if (this.signal?.aborted === true) steps.return(value as never) // what it has open is closed
      throwIfStopped(this.signal, 'merging: stopped before the end; nothing was written')
    }
  }

  private addUp(own: PieceTable): void {
    if (this.sum === undefined) {
      this.sum = own
      return
    }
    const { arena, starts, counts, size } = own
    for (let i = 0; i < size; i++) {
      if (!this.hasRoom(this.sum, starts[i + 1] - starts[i])) this.sum = this.spill(this.sum, this.runs)
      this.sum.add(arena, starts[i], starts[i + 1], counts[i])
    }
  }

  /** Two tables there are at a time: that of a file, and the sum. */
  private hasRoom(table: PieceTable, bytes: number): boolean {
    return this.memoryBytes === Infinity || table.size === 0 || table.memoryWith(bytes, SORT_BYTES) <= this.memoryBytes / 2
  }

  /** Writes a table into a run, whose path is added to `runs`. What comes next goes into the table that is returned, which is empty. */
  private spill(table: PieceTable, runs: string[]): PieceTable {
    if (table.size === 0) return table
    makeFolderOfRuns(this.folder.path)
    const path = join(this.folder.path, `counts-${this.runNumber++}.run`)
    writeRun(path, (run) => handOverSorted(table, (partition, bytes, start, end, count) => run.add(partition, bytes, start, end, count)))
    runs.push(path)
    // what a long piece took would leave too little for others
    if (table.memory > MOST_KEPT * this.memoryBytes) return new PieceTable()
    table.clear()
    return table
  }
}

const isTwice = (piece: Uint8Array): string => `the piece ${JSON.stringify(pieceToString(piece, 0, piece.length))} is there twice`
