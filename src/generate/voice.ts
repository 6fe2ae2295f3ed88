import { writeBytes, type Cursor } from './cursor.ts'
import { createRandom, type Random } from './random.ts'
import { cutAtSlots, fillSlot, MAX_SLOT_BYTES, type SlotState } from './slots.ts'
import type { Spelling } from './spelling.ts'

/** How one kind of document is written: as it stands in the source. Texts may hold slots' marks. */
export interface VoiceRecipe {
  /** Also the `source` of a JSONL row. */
  name: string
  /** Share of this voice in a kind with several. */
  weight: number
  /** Usual size of a document in bytes. */
  documentBytes: number
  /** How many texts of the body are prepared. */
  poolSize: number
  /** What stands between two texts of a document, all equally likely; their number is a power of two. */
  joints: readonly string[]
  opening?: (random: Random) => string
  body: (random: Random) => string
  ending?: (random: Random) => string
  names: Spelling
  tail: Spelling
  /** Octaves of the vocabulary that names are drawn from; the others come from the first octaves. */
  rareNameOctaves: number
  /** In JSON, write \u00e9 for é, as many writers do. */
  asciiJson?: boolean
}

/** A prepared text: literals[i] is followed by slots[i], the last literal by none. */
export interface PreparedText {
  literals: readonly Uint8Array[]
  slots: Uint8Array
}

/** A voice with its texts as bytes, ready to be copied. */
export interface Voice {
  name: string
  documentBytes: number
  openings: readonly PreparedText[]
  bodies: readonly PreparedText[]
  endings: readonly PreparedText[]
  joints: readonly Uint8Array[]
  names: Spelling
  tail: Spelling
  rareNameOctaves: number
}

/** Text as it stands inside a JSON string. */
const escapeJson = (text: string, asciiOnly: boolean): string => {
  const escaped = JSON.stringify(text).slice(1, -1)
  if (!asciiOnly) return escaped
  return escaped.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Bytes that no prepared text exceeds: the slack that a cursor needs. */
export const MAX_TEXT_BYTES = 16_384

const encoder = new TextEncoder()

const prepare = (text: string, escape: (text: string) => string): PreparedText => {
  const { literals, slots } = cutAtSlots(text)
  const bytes = literals.map((literal) => encoder.encode(escape(literal)))
  const size = bytes.reduce((sum, { length }) => sum + length, 0) + slots.length * MAX_SLOT_BYTES
  if (size > MAX_TEXT_BYTES) throw new RangeError(`a text of up to ${size} bytes is too long: "${text.slice(0, 60)}…"`)
  return { literals: bytes, slots: Uint8Array.from(slots) }
}

/** Writes the texts of a voice; if `escaped`, as they stand inside JSON strings. */
export const prepareVoice = (recipe: VoiceRecipe, seed: number, escaped: boolean): Voice => {
  const random = createRandom('texts', recipe.name, seed)
  const escape = escaped ? (text: string) => escapeJson(text, recipe.asciiJson === true) : (text: string) => text
  const texts = (write: ((random: Random) => string) | undefined, count: number): PreparedText[] =>
    write === undefined ? [] : Array.from({ length: count }, () => prepare(write(random), escape))
  return {
    ...recipe,
    openings: texts(recipe.opening, 256),
    bodies: texts(recipe.body, recipe.poolSize),
    endings: texts(recipe.ending, 128),
    joints: recipe.joints.map((joint) => encoder.encode(escape(joint))),
  }
}

export const writeText = (cursor: Cursor, state: SlotState, { literals, slots }: PreparedText): void => {
  writeBytes(cursor, literals[0])
  for (let i = 0; i < slots.length; i++) {
    fillSlot(cursor, state, slots[i])
    writeBytes(cursor, literals[i + 1])
  }
}
