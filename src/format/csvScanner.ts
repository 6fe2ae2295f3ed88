import { loadWasm } from '../loadWasm.ts'
import { MAX_ROWS, RowMemory, type RowInput, type Rows } from './rowMemory.ts'

/** What csv.wasm exports (src/kernel/csv.ts has the descriptions). */
interface CsvExports {
  firstFree(): number
  takeRows(at: number, end: number, delimiter: number, width: number, column: number, text: number, ends: number, maxRows: number): number
  rowsEnd: WebAssembly.Global<'i32'>
}

export interface CsvScanner extends RowInput {
  /**
   * The texts of a column, from rows of input [start, end), up to the first that is not as it should be, or not all there.
   *
   * @param width number of fields that a row has
   * @param column from 0
   */
  takeRows(start: number, end: number, delimiter: number, width: number, column: number): Rows
}

/** Scanners that are not at work: there may be thousands of small files. */
const idle: CsvScanner[] = []

/** To be given back by `releaseCsvScanner`. */
export const takeCsvScanner = (): CsvScanner => idle.pop() ?? createCsvScanner()

export const releaseCsvScanner = (scanner: CsvScanner): void => void idle.push(scanner)

const createCsvScanner = (): CsvScanner => {
  const rows = new RowMemory('CSV')
  const exports = new WebAssembly.Instance(loadWasm('csv'), { env: { memory: rows.memory } }).exports as unknown as CsvExports
  rows.begin(exports.firstFree())
  rows.open()
  return {
    get input() {
      return rows.input
    },
    reserve: (bytes) => rows.reserve(bytes),
    takeRows(start, end, delimiter, width, column) {
      const { inputAt, outputAt, endsAt } = rows
      const count = exports.takeRows(inputAt + start, inputAt + end, delimiter, width, column + 1, outputAt, endsAt, MAX_ROWS)
      return rows.rows(count, exports.rowsEnd.value)
    },
  }
}
