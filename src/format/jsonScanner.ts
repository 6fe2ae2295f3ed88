import { loadWasm } from '../loadWasm.ts'
import { MAX_ROWS, RowMemory, type RowInput, type Rows } from './rowMemory.ts'

/** What json.wasm exports (src/kernel/json.ts and jsonRows.ts have the descriptions). Addresses above 2 GiB come as negative numbers. */
interface JsonExports {
  start(levels: number): void
  firstFree(): number
  scan(at: number, end: number, root: number, spans: number, maxSpans: number, scratch: number): number
  unescape(at: number, end: number, to: number): number
  takeLines(at: number, end: number, root: number, spans: number, text: number, ends: number, maxRows: number): number
  takeRows(at: number, end: number, root: number, spans: number, text: number, ends: number, maxRows: number, separator: number): number
  rowsEnd: WebAssembly.Global<'i32'>
  MAX_DEPTH: WebAssembly.Global<'i32'>
  after: WebAssembly.Global<'i32'>
  problem: WebAssembly.Global<'i32'>
  problemAt: WebAssembly.Global<'i32'>
}

/** What was found for a field. Missing: the field, or what leads to it. */
export type SpanKind = (typeof KINDS)[number]
const KINDS = ['plain', 'escaped', 'missing', 'null', 'no string'] as const

export interface Span {
  field: number
  kind: SpanKind
  /** The inside of the string: bytes [start, end) of the input. */
  start: number
  end: number
}

export interface JsonScanner extends RowInput {
  /**
   * Scans the JSON value that begins at `start`, behind white space, held against the grammar as JSON.parse does it.
   *
   * @returns what was found for the fields, in the order of the value; of a key that comes twice the last counts
   * @returns what is wrong, and where; 'ends early' if more input could mend it
   */
  scan(start: number, end: number): { spans: Span[]; after: number } | JsonProblem
  /** What the inside of a string stands for, good until the next call; a lone surrogate becomes three bytes that are no UTF-8. */
  unescape(start: number, end: number): Buffer
  /** The texts of rows of which each has one: from lines [start, end), up to the first that is anything else. */
  takeLines(start: number, end: number): Rows
  /** The same for rows that are set apart by a separator (a byte; 0: none). */
  takeRows(start: number, end: number, separator: number): Rows
}

/** Scanners that are not at work, by their paths: one is made in a millisecond, and there may be thousands of small files. */
const idle = new Map<string, JsonScanner[]>()

/** A scanner for paths as `parseFields` gives them; to be given back by `releaseScanner` when it has done its work. */
export const takeScanner = (paths: readonly (readonly string[])[]): JsonScanner =>
  idle.get(JSON.stringify(paths))?.pop() ?? createJsonScanner(paths)

export const releaseScanner = (paths: readonly (readonly string[])[], scanner: JsonScanner): void => {
  const key = JSON.stringify(paths)
  if (!idle.has(key)) idle.set(key, [])
  idle.get(key)!.push(scanner)
}

export interface JsonProblem {
  problem: string
  at: number
}

export const ENDS_EARLY = 'the JSON ends too early'
const PROBLEMS: Readonly<Record<number, string>> = {
  1: ENDS_EARLY,
  2: 'this is not JSON',
  3: 'a backslash that begins no escape of JSON',
  4: 'a control character in a JSON string',
  5: 'the JSON is nested too deep',
  6: 'more texts than one row may have',
}

/** Numbers that Python's json module writes, unless it is told not to. */
const whatPythonWrites = (bytes: Uint8Array): string | undefined => {
  const [word] = /^(?:NaN|Infinity)/.exec(Buffer.from(bytes.subarray(0, LONGEST_WORD)).toString('latin1')) ?? []
  return word && `${word} is not JSON (Python's json writes it, unless with allow_nan=False)`
}
const LONGEST_WORD = 'Infinity'.length

const MAX_SPANS = 65536
const SPAN_WORDS = 4
const NO_FIELD = 0xffffffff

/** Finds the strings at some paths in JSON values. Throws 'limit' when memory runs out. */
const createJsonScanner = (paths: readonly (readonly string[])[]): JsonScanner => {
  const rows = new RowMemory('JSON')
  const exports = new WebAssembly.Instance(loadWasm('json'), { env: { memory: rows.memory } }).exports as unknown as JsonExports
  rows.begin(exports.firstFree())
  exports.start(rows.take(exports.MAX_DEPTH.value))
  const root = putNode(rows, treeOf(paths))
  const spansAt = rows.take(4 * SPAN_WORDS * MAX_SPANS)
  rows.open()

  const spanAt = (i: number): Span => {
    const at = (spansAt >>> 2) + SPAN_WORDS * i
    const { words, inputAt } = rows
    return { field: words[at], kind: KINDS[words[at + 1]], start: words[at + 2] - inputAt, end: words[at + 3] - inputAt }
  }
  return {
    get input() {
      return rows.input
    },
    reserve: (bytes) => rows.reserve(bytes),
    scan(start, end) {
      const { inputAt, outputAt } = rows
      const count = exports.scan(inputAt + start, inputAt + end, root, spansAt, MAX_SPANS, outputAt)
      if (count < 0) {
        const at = exports.problemAt.value >>> 0
        return { problem: whatPythonWrites(rows.bytes.subarray(at, inputAt + end)) ?? PROBLEMS[exports.problem.value], at: at - inputAt }
      }
      const spans: Span[] = []
      for (let i = 0; i < count; i++) spans.push(spanAt(i))
      return { spans, after: (exports.after.value >>> 0) - inputAt }
    },
    unescape(start, end) {
      const { inputAt, outputAt, bytes } = rows
      return bytes.subarray(outputAt, exports.unescape(inputAt + start, inputAt + end, outputAt) >>> 0)
    },
    takeLines(start, end) {
      const { inputAt, outputAt, endsAt } = rows
      return rows.rows(exports.takeLines(inputAt + start, inputAt + end, root, spansAt, outputAt, endsAt, MAX_ROWS), exports.rowsEnd.value)
    },
    takeRows(start, end, separator) {
      const { inputAt, outputAt, endsAt } = rows
      return rows.rows(
        exports.takeRows(inputAt + start, inputAt + end, root, spansAt, outputAt, endsAt, MAX_ROWS, separator),
        exports.rowsEnd.value,
      )
    },
  }
}

interface PathNode {
  field: number
  /** Fields at and below this node, as bits. */
  fields: number
  children: Map<string, PathNode>
}

const treeOf = (paths: readonly (readonly string[])[]): PathNode => {
  const root: PathNode = { field: NO_FIELD, fields: 0, children: new Map() }
  paths.forEach((path, field) => {
    let node = root
    for (const name of path) {
      if (!node.children.has(name)) node.children.set(name, { field: NO_FIELD, fields: 0, children: new Map() })
      node = node.children.get(name)!
      node.fields |= 1 << field
    }
    node.field = field
  })
  root.fields = [...root.children.values()].reduce((fields, child) => fields | child.fields, 0)
  return root
}

/** Writes a node and what is below it; its address. */
const putNode = (rows: RowMemory, { field, fields, children }: PathNode): number => {
  const entries = [...children].map(([name, child]) => {
    const key = Buffer.from(name)
    const keyAt = rows.take(key.length)
    Buffer.from(rows.memory.buffer).set(key, keyAt)
    return [keyAt, key.length, putNode(rows, child)]
  })
  const words = [field, fields >>> 0, entries.length, ...entries.flat()]
  const address = rows.take(4 * words.length)
  new Uint32Array(rows.memory.buffer, address, words.length).set(words)
  return address
}
