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
  if (column.maxRepetition === 0 && Number(metadata.num_values) !== group.rows)
    throw new DamagedGroup(`the column ${JSON.stringify(column.path)} has ${metadata.num_values} values in ${group.rows} rows`)
  const codec = await loadCodec(metadata.codec, kernel)
  if (codec === undefined) throw new DamagedGroup(`the compression ${metadata.codec ?? 'of the column'} is not supported`)
  const pages = readPages(readAt, metadata, column, { codec, kernel, ahead: aheadOf?.(metadata.codec) })
  let page: TextPage | undefined
  let at = 0 // of the page's values, those that are missing included
  let stored = 0
  let isFinished = false
  let begun: Buffer[] | 'null' | undefined // a row of a list that may go on in the next page

  const nextPage = async (): Promise<void> => {
    if (begun !== undefined && begun !== 'null') begun = begun.map((text) => Buffer.from(text)) // the page's memory is used again
    const { done, value: next } = await pages.next()
    isFinished = done === true
    page = isFinished ? undefined : (next as TextPage)
    stored += page?.stored ?? 0
    at = 0
  }
  /** Takes one value of the page. */
  const take = (row: RowTexts): RowTexts => {
    const level = page!.definition === undefined ? column.maxDefinition : page!.definition[at]
    at++
    if (level === column.maxDefinition) {
      const text = page!.values.next()
      if (row !== 'null') row.push(text)
      return row
    }
    return column.undefinedAs[level] === 'null' ? 'null' : row
  }
  const isRowStart = (): boolean => (page!.repetition?.[at] ?? 0) === 0
  const hasMore = (): boolean => page !== undefined && at < page.count
  const load = async (): Promise<void> => {
    if (column.maxRepetition === 0) {
      while (!hasMore()) {
        if (isFinished) throw new Error('a column has fewer values than there are rows')
        await nextPage()
      }
      return
    }
    for (;;) {
      if (!hasMore()) {
        if (isFinished) {
          if (begun === undefined) throw new Error('a column has fewer values than there are rows')
          return
        }
        await nextPage()
      } else if (isRowStart()) {
        if (begun !== undefined) return
        begun = take([])
      } else if (begun === undefined) throw new Error('a list does not begin at its row')
      else begun = take(begun)
    }
  }
  const next = (): RowTexts => {
    if (column.maxRepetition === 0) return take([])
    const row = begun!
    begun = undefined
    while (hasMore() && (begun === undefined || !isRowStart())) begun = take(begun ?? [])
    return row
  }
  return {
    isReady: () => (column.maxRepetition === 0 ? hasMore() : begun !== undefined && (isFinished || (hasMore() && isRowStart()))),
    load: () =>
      load().catch((error: unknown) => {
        throw damaged(error)
      }),
    next: () => damagedIfFailing(next),
    takeMany() {
      if (page === undefined || column.maxRepetition > 0 || !page.isFull) return undefined
      const texts = damagedIfFailing(() => page!.values.takeMany(page!.count - at))
      at += texts.ends.length
      return texts.ends.length === 0 ? undefined : texts
    },
    isAtEnd: () => !hasMore() && begun === undefined,
    takeStored() {
      const bytes = stored
      stored = 0
      return bytes
    },
  }
}
