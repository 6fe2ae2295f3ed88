import { has } from '../unicode/codePointSet.ts'
import { WHITE_SPACE } from '../unicode/properties.ts'
import { BLOCK, blocksBeginningWith, combineTables, createWords, oncePerPair, TableMaker, valueAt, type CharacterMap, type CodePointTable } from './codePointTable.ts'
import { SLICE, slices, startNormalizeKernel, type NormalizeExports } from './kernel.ts'
import type { Emit, Runs, RunStage, Step } from './textStage.ts'

/** No text contains a surrogate that stands alone. */
export const SELF = '\ud800'

/*
 * In a template, runs of code points that one text stands for (src/kernel/rewrite.ts) are told by what no text contains either: it begins with one, it ends
 * in one, or it is nothing, and what is on both sides of it may be one. And what is white space or nothing, so that it may be taken off the end of a section.
 */
const BEGINS_WITH_RUN = '\ud801'
const ENDS_IN_RUN = '\ud802'
const IS_NOTHING = '\ud804'
const IS_BLANK = '\ud808'
const FLAGS = [BEGINS_WITH_RUN, ENDS_IN_RUN, IS_NOTHING, IS_BLANK]
const isFlag = (character: string): boolean => FLAGS.includes(character)

/** Whether a template has one of these marks, be it SELF or a flag. (They are also halves of characters.) */
export const holds = (template: string, mark: string): boolean => template.includes(mark) && Array.from(template).includes(mark)

/** What is between the code point itself and itself. */
const partsOf = (template: string): string[] => (holds(template, SELF) ? template.split(/\ud800/u) : [template])

/** Code points as a set (half-open ranges in one flat array), and the template for all of them. */
export type Change = readonly [set: readonly number[], template: string]

/** A map that changes some code points; of changes for the same one, the last holds. */
export const createMap = (changes: Iterable<Change>): CharacterMap => {
  const numbers = new TableMaker(createWords)
  const templates = new Templates()
  for (const [set, template] of changes) numbers.fill(set, templates.numberOf(template))
  return { numbers: numbers.table(), templates: templates.list }
}

/** The map that does what one does, and then what the other does to that. */
export const composeMaps = (first: CharacterMap, second: CharacterMap): CharacterMap => {
  const templates = new Templates()
  const rewritten = (text: string, self: string): string => {
    let made = ''
    for (const character of text) made += character === SELF ? self : isFlag(character) ? character : mapCharacter(second, character)
    return made
  }
  const combine = oncePerPair((number, other) => templates.numberOf(rewritten(first.templates[number], second.templates[other])))
  return { numbers: combineTables(first.numbers, second.numbers, createWords, combine), templates: templates.list }
}

/** What becomes of one character. */
export const mapCharacter = ({ numbers, templates }: CharacterMap, character: string): string => {
  const template = templates[valueAt(numbers, character.codePointAt(0)!)]
  return template === SELF ? character : partsOf(template).join(character)
}

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

/** A map's tables, as the kernel wants them (src/kernel/rewrite.ts). */
export interface PackedMap {
  table: CodePointTable<Uint16Array>
  /** For each ASCII character the one that it becomes, or NO_BYTE. */
  ascii: Uint8Array
  /** Of which first bytes all characters stay as they are, in bits. */
  stayingLeads: Uint8Array
  starts: Uint32Array
  templates: Buffer
  /** By template: one bit for each flag. */
  flags: Uint8Array
  /** The most bytes that a code point can become. */
  largest: number
}

/** In a packed template: the code point itself. */
const SELF_BYTE = 0xff
const MAX_CODE_POINT_BYTES = 4
/** Of UTF-8, for a unit of UTF-16. */
const MAX_UNIT_BYTES = 3
const NO_BYTE = 0xff

export const packMap = (map: CharacterMap): PackedMap => {
  const { numbers } = map
  const templates = map.templates.map(withoutFlags)
  const bytes = Buffer.alloc(templates.reduce((sum, { length }) => sum + MAX_UNIT_BYTES * length, 0))
  const starts = new Uint32Array(templates.length + 1)
  let end = 0
  let largest = 0
  templates.forEach((template, i) => {
    const start = end
    end = writeTemplate(template, bytes, start)
    starts[i + 1] = end
    largest = Math.max(largest, end - start + (MAX_CODE_POINT_BYTES - 1) * countOf(template))
  })
  const ascii = Uint8Array.from({ length: 0x80 }, (_, character) => {
    const template = templates[valueAt(numbers, character)]
    return template === SELF ? character : asciiOf(template)
  })
  const flags = Uint8Array.from(map.templates, (template) => FLAGS.reduce((bits, flag, i) => bits | (holds(template, flag) ? 1 << i : 0), 0))
  return { table: numbers, ascii, stayingLeads: stayingLeadsIn(numbers), starts, templates: bytes.subarray(0, end), flags, largest }
}

/** Nearly all templates have none of these, and need not be looked through character by character. */
const mayHoldFlags = (template: string): boolean => FLAGS.some((flag) => template.includes(flag))

const withoutFlags = (template: string): string =>
  mayHoldFlags(template) ? Array.from(template, (character) => (isFlag(character) ? '' : character)).join('') : template
const flagsOf = (template: string): string =>
  mayHoldFlags(template) ? Array.from(template, (character) => (isFlag(character) ? character : '')).join('') : ''

const stayingLeadsIn = ({ pages, blocks }: CodePointTable<Uint16Array>): Uint8Array => {
  const staying = new Uint8Array(16).fill(ASCII_AND_CONTINUATIONS)
  const stays = Uint8Array.from({ length: blocks.length / BLOCK }, (_, i) =>
    blocks.subarray(i * BLOCK, (i + 1) * BLOCK).every((number) => number === 0) ? 1 : 0,
  )
  for (let byte = 0xc2; byte < 0xf5; byte++) {
    const [start, end] = blocksBeginningWith(byte)
    if (pages.subarray(start, end).every((block) => stays[block] === 1)) staying[byte & 0x0f] |= 4 << ((byte >> 4) & 3)
  }
  return staying
}

const ASCII_AND_CONTINUATIONS = 3

/** What the kernel must be given, in the order of `useMap`. */
export const mapTables = ({ table, starts, templates, ascii, stayingLeads, flags }: PackedMap): readonly NodeJS.TypedArray[] => [
  table.pages,
  table.blocks,
  starts,
  templates,
  ascii,
  stayingLeads,
  flags,
]

/** @param run what stands for each run; '': there are none */
export const useMap = (
  { setMap }: Pick<NormalizeExports, 'setMap'>,
  [pages, blocks, starts, templates, ascii, stayingLeads, flags]: readonly number[],
  { largest, flags: own }: PackedMap,
  run = '',
): void => setMap(pages, blocks, starts, templates, ascii, stayingLeads, own.some((bits) => bits !== 0) ? flags : 0, largest + PADDING, Buffer.byteLength(run), asciiOf(run))

/** The ASCII character that a text is, or NO_BYTE. */
const asciiOf = (template: string): number => (template.length === 1 && template < '\x80' ? template.charCodeAt(0) : NO_BYTE)

/** How often a template has the code point itself. */
const countOf = (template: string): number => partsOf(template).length - 1

/** Writes a template to bytes from a place on; returns where it ends. */
const writeTemplate = (template: string, bytes: Buffer, at: number): number => {
  partsOf(template).forEach((part, i) => {
    if (i > 0) bytes[at++] = SELF_BYTE
    at += bytes.write(part, at)
  })
  return at
}

/** Room for what a slice becomes; what needs more comes out in several parts. */
const OUT_BYTES = 2 * SLICE
/** Around text in the kernel's memory, which writes sixteen bytes at a time, and as many behind them. */
const PADDING = 32

const startMapStage = (map: PackedMap, emit: Emit, run = ''): RunStage => {
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
    get isInRun() {
      return exports.isInRun.value === 1
    },
    set isInRun(value) {
      exports.setInRun(value ? 1 : 0)
    },
  }
}

/** Rewrites text character by character. */
export const mapStep = (map: CharacterMap): Step => {
  let packed: PackedMap | undefined
  let made: ReadonlySet<number> | undefined
  const madeByMap = (): ReadonlySet<number> => (made ??= new Set(Array.from(map.templates.join(''), (character) => character.codePointAt(0)!)))
  return {
    start: (emit) => startMapStage((packed ??= packMap(map)), emit),
    canCutBefore: () => true,
    keeps: (codePoint) => valueAt(map.numbers, codePoint) === 0 && !madeByMap().has(codePoint),
    map,
  }
}

/** Puts a text, which is not empty, in place of each run of code points of a set: of one or more in a row, as many as there are. */
export const runStep = (set: readonly number[], content: string): Step & { runs: Runs } => {
  let packed: PackedMap | undefined
  const start = (emit: Emit): RunStage => startMapStage((packed ??= packMap(withRuns(createMap([]), { set, content }))), emit, content)
  return {
    start,
    canCutBefore: (codePoint) => !has(set, codePoint),
    runs: { set, content, least: 1, start },
  }
}

const white = createMap([[WHITE_SPACE, ' ']])
const isWhite = (character: string): boolean => valueAt(white.numbers, character.codePointAt(0)!) !== 0

/** Which characters of a template are white space; `self` is whether the code point is. */
const whiteIn = (template: string, self: boolean): boolean[] => Array.from(template, (character) => (character === SELF ? self : isWhite(character)))

/** The map that does what one does, and tells what is blank; undefined if it puts white space behind something else. */
export const withBlanks = (map: CharacterMap): CharacterMap | undefined => {
  const templates = new Templates()
  let isTold = true
  const combine = oncePerPair((number, own) => {
    const template = map.templates[number]
    const areWhite = whiteIn(template, own !== 0)
    const isBlank = areWhite.every((is) => is)
    isTold &&= isBlank || !areWhite.at(-1)
    return templates.numberOf(isBlank ? IS_BLANK + template : template)
  })
  const numbers = combineTables(map.numbers, white.numbers, createWords, combine)
  return isTold ? { numbers, templates: templates.list } : undefined
}

/** Whether it is all the same if white space is taken off the ends of text before a map or behind it. */
export const keepsWhite = (map: CharacterMap): boolean => {
  let isKept = true
  const compare = oncePerPair((number, own) => {
    const areWhite = whiteIn(map.templates[number], own !== 0)
    isKept &&= own !== 0 ? areWhite.every((is) => is) : areWhite[0] === false && areWhite.at(-1) === false
    return 0
  })
  combineTables(map.numbers, white.numbers, createWords, compare)
  return isKept
}

/** The map that does what one does, and then puts a text in place of each run of code points of a set. */
export const withRuns = (map: CharacterMap, { set, content }: Pick<Runs, 'set' | 'content'>): CharacterMap => {
  const members = createMap([[set, content]])
  const isMember = (character: string): boolean => valueAt(members.numbers, character.codePointAt(0)!) !== 0
  /** What becomes of a template; `self` is that of a code point that is a member, or is not. */
  const marked = (template: string, isSelfMember: boolean): string => {
    const characters = Array.from(withoutFlags(template))
    const areMembers = characters.map((character) => (character === SELF ? isSelfMember : isMember(character)))
    const text = characters.map((character, i) => (!areMembers[i] ? character : i > 0 && areMembers[i - 1] ? '' : content)).join('')
    const own = characters.length === 0 ? IS_NOTHING : (areMembers[0] ? BEGINS_WITH_RUN : '') + (areMembers.at(-1) ? ENDS_IN_RUN : '')
    return own + flagsOf(template) + text
  }
  const templates = new Templates()
  const combine = oncePerPair((number, member) => templates.numberOf(marked(map.templates[number], member !== 0)))
  return { numbers: combineTables(map.numbers, members.numbers, createWords, combine), templates: templates.list }
}
