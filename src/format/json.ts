import { BOM, COMMA, isSpace } from './bytes.ts'
import { ENDS_EARLY, releaseScanner, takeScanner } from './jsonScanner.ts'
import { createRowReader, type JsonOptions } from './jsonl.ts'
import { createValueWalk } from './jsonWalk.ts'
import { createManyRows } from './manyRows.ts'
import type { RecordParser, RecordSink } from './records.ts'
import { createRowRefusal, type LongRow } from './rowLimit.ts'
import { append, roomBehind } from './rowMemory.ts'
import { parseFields } from './textFields.ts'

const OPEN_OBJECT = 0x7b
const OPEN = 0x5b
const CLOSE = 0x5d
/** A value that ends with anything else may go on in the next block. */
const ENDS = [...Buffer.from('}]"')]

/** What may come next: a value or an array of rows; a row, or the end of the array; a row; what follows a row; nothing that can be read. */
type State = 'value' | 'first row' | 'row' | 'behind row' | 'lost'

/** The end of the file; a row, behind which another part begins; or whatever is in front of a row that is not wanted any more. */
type Ending = 'file' | 'row' | 'limit'

/**
 * JSON: an array of rows, or JSON values one after another, each a row or an array of rows; however they are laid out. Behind a row that is
 * no JSON nothing can be told any more: the rest of the file is lost with it.
 *
 * A part of a file (snap/snapJson.ts) begins at the comma behind a row of an array, or behind a value.
 *
 * @param start place of the first byte
 * @param ending what the part ends with
 */
export const createJsonParser = (sink: RecordSink, start: number, options: JsonOptions, ending: Ending): RecordParser => {
  const paths = parseFields(options.textFields)
  const scanner = takeScanner(paths)
  const readRow = createRowReader(scanner, sink, options)
  const takeMany = createManyRows(sink)
  const refuse = createRowRefusal(sink, options)
  let at = start // place of the input's first byte
  let length = 0 // of the input
  let from = 0 // what is before this has been read
  let wanted = 0 // a row that is not all there is looked at again when there is so much of it, so that all looks together are linear
  let state: State = 'value'
  let longRow: LongRow | undefined

  const lose = (reason: string, problemAt: number): void => {
    sink.badRecord(at + from, at + from, reason, at + problemAt)
    state = 'lost'
  }
  /** Outside of arrays, values may be JSON Lines, where the damage of a line ends with it. */
  const problemOf = (problem: string): string =>
    state === 'value' && problem !== ENDS_EARLY ? `${problem} (if each line is a row: --format jsonl)` : problem
  const passMark = (next: State): void => {
    from++
    sink.format(1)
    state = next
  }
  /** Reads a row if it is all there. */
  const row = (isEnd: boolean): boolean => {
    if (!isEnd && length - from < wanted) return false
    if (scanner.input[from] === OPEN_OBJECT) {
      const stop = Math.min(length, from + options.maxRecordBytes) // so many bytes hold no row that is too long
      const next = takeMany(at, from, () => scanner.takeRows(from, stop, state === 'value' ? 0 : COMMA))
      if (next > from) {
        from = next
        wanted = 0
        if (state !== 'value') state = 'row'
        return true
      }
    }
    // no more than it takes to tell that the row is too long: what else is wrong with it must not depend on how much of it is there
    const stop = Math.min(length, from + options.maxRecordBytes + 1)
    const found = scanner.scan(from, stop)
    const goesOn = 'problem' in found ? found.problem === ENDS_EARLY : found.after === stop && !ENDS.includes(scanner.input[stop - 1])
    if (stop - from > options.maxRecordBytes && (goesOn || ('after' in found && found.after === stop))) {
      refuse(at + from, Infinity)
      longRow = { start: at + from, findEnd: createValueWalk() }
      wanted = 0
      state = state === 'value' ? 'value' : 'behind row'
      return true
    }
    if (goesOn && !isEnd) {
      wanted = Math.min(2 * (length - from), options.maxRecordBytes + 1)
      return false
    }
    wanted = 0
    if ('problem' in found) lose(problemOf(found.problem), found.at)
    else {
      readRow(found.spans, at, from, found.after)
      from = found.after
      state = state === 'value' ? 'value' : 'behind row'
    }
    return true
  }
  /** Reads the next of what there is; false if more is needed. */
  const step = (isEnd: boolean): boolean => {
    const byte = scanner.input[from]
    if (state === 'behind row') {
      if (byte === COMMA) passMark('row')
      else if (byte === CLOSE) passMark('value')
      else lose('a comma or ] is needed behind a row of a JSON array', from)
      return true
    }
    if (state === 'value' && byte === OPEN) passMark('first row')
    else if (state === 'first row' && byte === CLOSE) passMark('value')
    else return row(isEnd)
    return true
  }
  const passLongRow = ({ start, findEnd }: LongRow): void => {
    const end = findEnd(scanner.input, from, length)
    from = end === -1 ? length : end
    if (end === -1) return
    refuse(start, at + end)
    longRow = undefined
  }
  const skipSpace = (): void => {
    const start = from
    while (from < length && isSpace(scanner.input[from])) from++
    sink.format(from - start)
  }
  const read = (isEnd: boolean): void => {
    if (at + from === 0 && scanner.input.subarray(0, Math.min(length, BOM.length)).equals(BOM)) {
      from = BOM.length
      sink.format(from)
    }
    if (start > 0 && at + from === start && scanner.input[from] === COMMA) state = 'behind row'
    for (;;) {
      if (longRow !== undefined) passLongRow(longRow)
      if (state === 'lost') {
        sink.skip(length - from)
        from = length
      } else if (longRow === undefined) skipSpace()
      if (from === length || !step(isEnd)) return
    }
  }

  return {
    room: (bytes) => roomBehind(scanner, length, bytes),
    push(block) {
      length = append(scanner, length, block)
      if (at === 0 && length < BOM.length) return
      read(false)
      scanner.input.copyWithin(0, from, length)
      at += from
      length -= from
      from = 0
    },
    end() {
      read(true)
      if (longRow !== undefined) {
        refuse(longRow.start, at + length) // behind which nothing can be told any more
        state = 'lost'
      }
      const isWhole = state === 'value' || ending === 'limit' || (ending === 'row' && state === 'behind row')
      if (!isWhole && state !== 'lost') lose('the JSON array is not closed', length)
      releaseScanner(paths, scanner)
    },
  }
}
