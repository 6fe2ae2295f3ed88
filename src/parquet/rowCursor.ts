import type { CompressionCodec } from 'hyparquet'
import { PretokError } from '../errors.ts'
import { loadCodec } from './codecs.ts'
import type { ReadAt, RowGroup, TextColumn } from './metadata.ts'
import type { PageKernel, Texts } from './pageKernel.ts'
import { DecompressorLost, readPages, type CodecAhead, type TextPage } from './pages.ts'

/** Something about the file, not about what is done with its text. */
export class DamagedGroup extends Error {}

const OF_OTHERS = [PretokError, DamagedGroup, DecompressorLost]

const damaged = (error: unknown): Error =>
  OF_OTHERS.some((kind) => error instanceof kind) ? (error as Error) : new DamagedGroup((error as Error).message, { cause: error })

const damagedIfFailing = <Result>(read: () => Result): Result => {
  try {
    return read()
  } catch (error) {
    throw damaged(error)
  }
}

/** The texts of a row in one column: several of a list. */
export type RowTexts = Buffer[] | 'null'

/** Goes through the rows of a row group in one column. Its methods throw DamagedGroup. Texts are good until `load` is called. */
export interface RowCursor {
  /** Whether the next row is all there. */
  isReady(): boolean
  /** Reads on until it is. */
  load(): Promise<void>
  next(): RowTexts
  /** Many of the next rows, where each has one text; undefined if the next row has to be looked at by itself. */
  takeMany(): Texts | undefined
  isAtEnd(): boolean
  /** Bytes of the file that were read since the last call. */
  takeStored(): number
}

/** Gives what decompresses pages of a codec while other things are done, if that is worth it. */
export type AheadOf = (codec: CompressionCodec) => CodecAhead | undefined

/** @param kernel decodes what this column has, and nothing else meanwhile */
export const openCursor = async (
  group: RowGroup,
  column: TextColumn,
  readAt: ReadAt,
  kernel: PageKernel,
  aheadOf?: AheadOf,
): Promise<RowCursor> => {
  const metadata = group.columns.get(column.path)
  if (metadata === undefined) throw new DamagedGroup(`the column ${JSON.stringify(column.path)} is missing`)
  if (group.encrypted.has(column.path)) throw new DamagedGroup(`the column ${JSON.stringify(column.path)} is encrypted, and there is no key here`)
  if (column.maxRepetition === 0 && Number(metadata.num_values) !== group.rows)
    throw new DamagedGroup(`the column ${JSON.stringify(column.path)} has ${metadata.num_values} values in ${group.rows} rows`)
  const codec = await loadCodec(metadata.codec, kernel)
  if (codec === undefined) throw new DamagedGroup(`the compression ${metadata.codec ?? 'of the column'} is not supported`)
  const pages = readPages(readAt, metadata, column, { codec, kernel, ahead: aheadOf?.(metadata.codec) })
  const values = new ColumnValues(pages, column)
  const rows = column.maxRepetition === 0 ? createFlatRows(values) : createListRows(values)
  return {
    isReady: rows.isReady,
    load: () =>
      rows.load().catch((error: unknown) => {
        throw damaged(error)
      }),
    next: () => damagedIfFailing(rows.next),
    takeMany: () => (column.maxRepetition === 0 ? damagedIfFailing(() => values.takeMany()) : undefined),
    isAtEnd: rows.isAtEnd,
    takeStored: () => values.takeStored(),
  }
}

/** The values of a column, page after page, those that are missing included. */
class ColumnValues {
  /** Whether there are no more pages. */
  isFinished = false
  private readonly pages: AsyncGenerator<TextPage>
  private readonly column: TextColumn
  private page: TextPage | undefined
  private at = 0 // of the page's values
  private stored = 0

  constructor(pages: AsyncGenerator<TextPage>, column: TextColumn) {
    this.pages = pages
    this.column = column
  }

  /** Goes to the next page; the memory of texts of the one before is used again. */
  async goOn(): Promise<void> {
    const { done, value } = await this.pages.next()
    this.isFinished = done === true
    this.page = this.isFinished ? undefined : (value as TextPage)
    this.stored += this.page?.stored ?? 0
    this.at = 0
  }

  /** Whether the page has more of them. */
  get hasMore(): boolean {
    return this.page !== undefined && this.at < this.page.count
  }

  /** Whether a row begins with the next one. */
  get isRowStart(): boolean {
    return (this.page!.repetition?.[this.at] ?? 0) === 0
  }

  /** Takes the next one: adds it to a row, whose texts these are then. */
  takeTo(row: RowTexts): RowTexts {
    const { column, page } = this
    const level = page!.definition === undefined ? column.maxDefinition : page!.definition[this.at]
    this.at++
    if (level === column.maxDefinition) {
      const text = page!.values.next()
      if (row !== 'null') row.push(text)
      return row
    }
    return column.undefinedAs[level] === 'null' ? 'null' : row
  }

  /** Some of those that follow in a page in which none is missing. */
  takeMany(): Texts | undefined {
    const { page, at } = this
    if (page === undefined || !page.isFull) return undefined
    const texts = page.values.takeMany(page.count - at)
    this.at += texts.ends.length
    return texts.ends.length === 0 ? undefined : texts
  }

  takeStored(): number {
    const { stored } = this
    this.stored = 0
    return stored
  }
}

type Rows = Pick<RowCursor, 'isReady' | 'load' | 'next' | 'isAtEnd'>

/** Rows of one value each. */
const createFlatRows = (values: ColumnValues): Rows => ({
  isReady: () => values.hasMore,
  async load() {
    while (!values.hasMore) {
      if (values.isFinished) throw tooFew()
      await values.goOn()
    }
  },
  next: () => values.takeTo([]),
  isAtEnd: () => !values.hasMore,
})

/** Rows of lists. */
const createListRows = (values: ColumnValues): Rows => {
  let begun: RowTexts | undefined // may go on in the next page
  return {
    isReady: () => begun !== undefined && (values.isFinished || (values.hasMore && values.isRowStart)),
    async load() {
      for (;;) {
        if (!values.hasMore) {
          if (values.isFinished) {
            if (begun === undefined) throw tooFew()
            return
          }
          if (begun !== undefined && begun !== 'null') begun = begun.map((text) => Buffer.from(text))
          await values.goOn()
        } else if (values.isRowStart) {
          if (begun !== undefined) return
          begun = values.takeTo([])
        } else if (begun === undefined) throw new Error('a list does not begin at its row')
        else begun = values.takeTo(begun)
      }
    },
    next() {
      const row = begun!
      begun = undefined
      while (values.hasMore && (begun === undefined || !values.isRowStart)) begun = values.takeTo(begun ?? [])
      return row
    },
    isAtEnd: () => !values.hasMore && begun === undefined,
  }
}

const tooFew = (): Error => new Error('a column has fewer values than there are rows')
