import { COMMA, isSpace } from './bytes.ts'
import { ENDS_EARLY, releaseScanner, takeScanner } from './jsonScanner.ts'
import { createRowReader, type JsonOptions } from './jsonl.ts'
import { createValueWalk } from './jsonWalk.ts'
import { createManyRows } from './manyRows.ts'
import type { RecordParser, RecordSink } from './records.ts'
import { RowFeed } from './rowFeed.ts'
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
  const { maxRecordBytes } = options
  const paths = parseFields(options.textFields)
  const scanner = takeScanner(paths)
  const tellRow = createRowReader(scanner, sink, options)
  const feed = new RowFeed(scanner, start, sink, options)
  const takeMany = createManyRows(sink)
  let state: State = 'value'

  const lose = (reason: string, problemAt: number): void => {
    sink.badRecord(feed.place, feed.place, reason, feed.at + problemAt)
    state = 'lost'
  }
  /** Outside of arrays, values may be JSON Lines, where the damage of a line ends with it. */
  const problemOf = (problem: string): string =>
    state === 'value' && problem !== ENDS_EARLY ? `${problem} (if each line is a row: --format jsonl)` : problem
  const passMark = (next: State): void => {
    feed.from++
    sink.format(1)
    state = next
  }
  const goBehindRow = (): void => {
    if (state !== 'value') state = 'behind row'
  }
  /** Reads many rows at once, if they are plain; false if the next one has to be read by itself. */
  const readMany = (): boolean => {
    const { at, from, length } = feed
    if (scanner.input[from] !== OPEN_OBJECT) return false
    const stop = Math.min(length, from + maxRecordBytes) // so many bytes hold no row that is too long
    const next = takeMany(at, from, () => scanner.takeRows(from, stop, state === 'value' ? 0 : COMMA))
    if (next === from) return false
    feed.passTo(next)
    if (state !== 'value') state = 'row'
    return true
  }
  /** Reads a row; false if more of it is needed. */
  const readOne = (isEnd: boolean): boolean => {
    const { at, from, length } = feed
    // no more than it takes to tell that the row is too long: what else is wrong with it must not depend on how much of it is there
    const stop = Math.min(length, from + maxRecordBytes + 1)
    const found = scanner.scan(from, stop)
    const goesOn = 'problem' in found ? found.problem === ENDS_EARLY : found.after === stop && !ENDS.includes(scanner.input[stop - 1])
    if (stop - from > maxRecordBytes && (goesOn || ('after' in found && found.after === stop))) {
      feed.startLongRow(createValueWalk())
      goBehindRow()
      return true
    }
    if (goesOn && !isEnd) {
      feed.wait(maxRecordBytes + 1)
      return false
    }
    if ('problem' in found) {
      feed.passTo(from)
      lose(problemOf(found.problem), found.at)
      return true
    }
    tellRow(found.spans, at, from, found.after)
    feed.passTo(found.after)
    goBehindRow()
    return true
  }
  /** Reads the next of what there is; false if more is needed. */
  const step = (isEnd: boolean): boolean => {
    const byte = scanner.input[feed.from]
    if (state === 'behind row') {
      if (byte === COMMA) passMark('row')
      else if (byte === CLOSE) passMark('value')
      else lose('a comma or ] is needed behind a row of a JSON array', feed.from)
      return true
    }
    if (state === 'value' && byte === OPEN) passMark('first row')
    else if (state === 'first row' && byte === CLOSE) passMark('value')
    else return feed.hasEnough(isEnd) && (readMany() || readOne(isEnd))
    return true
  }
  const skipSpace = (): void => {
    const { from, length } = feed
    let end = from
    while (end < length && isSpace(scanner.input[end])) end++
    feed.from = end
    sink.format(end - from)
  }
  const read = (isEnd: boolean): void => {
    feed.passBom()
    if (start > 0 && feed.place === start && scanner.input[feed.from] === COMMA) state = 'behind row'
    for (;;) {
      if (feed.isInLongRow) feed.passLongRow()
      if (state === 'lost') {
        sink.skip(feed.length - feed.from)
        feed.from = feed.length
      } else if (!feed.isInLongRow) skipSpace()
      if (feed.from === feed.length || !step(isEnd)) return
    }
  }

  return {
    room: (bytes) => feed.room(bytes),
    push: (block) => feed.push(block, () => read(false)),
    end() {
      read(true)
      if (feed.end()) state = 'lost' // behind a row that is too long nothing can be told any more
      const isWhole = state === 'value' || ending === 'limit' || (ending === 'row' && state === 'behind row')
      if (!isWhole && state !== 'lost') lose('the JSON array is not closed', feed.length)
      releaseScanner(paths, scanner)
    },
  }
}
