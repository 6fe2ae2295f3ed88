import { CODE_POINTS, fillSet, packTable, type CharacterMap, type CodePointTable } from './codePointTable.ts'
import { SLICE, slices, startNormalizeKernel, type NormalizeExports } from './kernel.ts'
import type { Emit, Step, TextStage } from './textStage.ts'

/** No text contains a surrogate that stands alone. */
export const SELF = '\ud800'

/** Code points as a set (half-open ranges in one flat array), and the template for all of them. */
export type Change = readonly [set: readonly number[], template: string]

/** A map that changes some code points; of changes for the same one, the last holds. */
export const createMap = (changes: Iterable<Change>): CharacterMap => {
  const numbers = new Uint16Array(CODE_POINTS)
  const templates = new Templates()
  for (const [set, template] of changes) fillSet(numbers, set, templates.numberOf(template))
  return { numbers, templates: templates.list }
}

/** The map that does what one does, and then what the other does to that. */
export const composeMaps = (first: CharacterMap, second: CharacterMap): CharacterMap => {
  const templates = new Templates()
  const rewritten = (text: string, self: string): string =>
    [...text].map((character) => (character === SELF ? self : mapCharacter(second, character))).join('')
  // by both numbers, since large sets share them, and mostly stand together
  const known = new Map<number, number>()
  const numbers = new Uint16Array(CODE_POINTS)
  let lastKey = 0
  let made = 0
  for (let codePoint = 0; codePoint < CODE_POINTS; codePoint++) {
    const number = first.numbers[codePoint]
    const other = second.numbers[codePoint]
    const key = number * 0x10000 + other
    if (key !== lastKey) {
      made = known.get(key) ?? templates.numberOf(rewritten(first.templates[number], second.templates[other]))
      known.set(key, made)
      lastKey = key
    }
    numbers[codePoint] = made
  }
  return { numbers, templates: templates.list }
}

/** What becomes of one character. */
export const mapCharacter = ({ numbers, templates }: CharacterMap, character: string): string =>
  templates[numbers[character.codePointAt(0)!]].replaceAll(SELF, character)

class Templates {
  readonly list: string[] = [SELF]
  private readonly known = new Map([[SELF, 0]])

  numberOf(template: string): number {
    const number = this.known.get(template) ?? this.list.length
    if (number === this.list.length) {
      this.known.set(template, number)
      this.list.push(template)
    }
    return number
  }
}

/** A map's tables, as the kernel wants them (src/kernel/normalize.ts). */
export interface PackedMap {
  table: CodePointTable<Uint16Array>
  /** For each ASCII character the one that it becomes, or NO_BYTE. */
  ascii: Uint8Array
  starts: Uint32Array
  templates: Uint8Array
  /** The most bytes that a code point can become. */
  largest: number
}

const SELF_BYTE = 0xff
const MAX_CODE_POINT_BYTES = 4
const NO_BYTE = 0xff
/** No template is for runs. */
const NO_RUNS = 0xffff

export const packMap = ({ numbers, templates }: CharacterMap): PackedMap => {
  const encoded = templates.map(encodeTemplate)
  const starts = new Uint32Array(encoded.length + 1)
  encoded.forEach((bytes, i) => (starts[i + 1] = starts[i] + bytes.length))
  const sizes = encoded.map((bytes) => bytes.length + (MAX_CODE_POINT_BYTES - 1) * bytes.filter((byte) => byte === SELF_BYTE).length)
  const ascii = Uint8Array.from({ length: 0x80 }, (_, character) => {
    const template = templates[numbers[character]]
    return template === SELF ? character : asciiOf(template)
  })
  return { table: packTable(numbers), ascii, starts, templates: Buffer.concat(encoded), largest: sizes.reduce((a, b) => Math.max(a, b)) }
}

/** What the kernel must be given, in the order of `useMap`. */
export const mapTables = ({ table, starts, templates, ascii }: PackedMap): readonly NodeJS.TypedArray[] => [
  table.pages,
  table.blocks,
  starts,
  templates,
  ascii,
]

/** @param run the number of the template for runs and what it is */
export const useMap = (
  { setMap }: Pick<NormalizeExports, 'setMap'>,
  [pages, blocks, starts, templates, ascii]: readonly number[],
  { largest }: PackedMap,
  run = { number: NO_RUNS, byte: NO_BYTE },
): void => setMap(pages, blocks, starts, templates, ascii, largest + PADDING, run.number, run.byte)

/** The ASCII character that a template is, or NO_BYTE. */
const asciiOf = (template: string): number => (template.length === 1 && template < '\x80' ? template.charCodeAt(0) : NO_BYTE)

const encodeTemplate = (template: string): Buffer => {
  const parts = template.split(SELF).map((part) => Buffer.from(part))
  return Buffer.concat(parts.flatMap((part, i) => (i === 0 ? [part] : [Buffer.of(SELF_BYTE), part])))
}

/** Room for what a slice becomes; what needs more comes out in several parts. */
const OUT_BYTES = 2 * SLICE
/** Around text in the kernel's memory, which writes sixteen bytes at a time. */
const PADDING = 16

const startMapStage = (map: PackedMap, emit: Emit, run?: Parameters<typeof useMap>[3]): TextStage => {
  const outBytes = OUT_BYTES + map.largest + PADDING
  const { exports, bytes, room, tables } = startNormalizeKernel(mapTables(map), SLICE + PADDING + outBytes)
  useMap(exports, tables, map, run)
  const out = room + SLICE + PADDING

  const pushSlice = (text: Buffer): void => {
    bytes.set(text, room)
    const end = room + text.length
    if (exports.readUnchanged(room, end) === end) return emit(text)
    for (let at = room; at < end;) {
      at = exports.rewrite(at, end, out, out + outBytes)
      const written = exports.written.value
      if (written > out) emit(bytes.subarray(out, written))
    }
  }

  return {
    push(text) {
      for (const slice of slices(text)) pushSlice(slice)
    },
    end: exports.startText,
  }
}

/** Rewrites text character by character. */
export const mapStep = (map: CharacterMap): Step => {
  let packed: PackedMap | undefined
  return {
    start: (emit) => startMapStage((packed ??= packMap(map)), emit),
    canCutBefore: () => true,
    keeps(codePoint) {
      const character = String.fromCodePoint(codePoint)
      return map.numbers[codePoint] === 0 && !map.templates.some((template) => template.includes(character))
    },
    map,
  }
}

/** Puts a text in place of each run of code points of a set: of one or more in a row, as many as there are. */
export const runStep = (set: readonly number[], content: string): Step => {
  const map = createMap([[set, content]])
  let packed: PackedMap | undefined
  return {
    start: (emit) => startMapStage((packed ??= packMap(map)), emit, { number: RUN, byte: asciiOf(content) }),
    canCutBefore: (codePoint) => map.numbers[codePoint] !== RUN,
  }
}

/** In a map of one change, the number of its template. */
const RUN = 1
