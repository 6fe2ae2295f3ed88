import { createShortStrings, type ShortStrings } from './cursor.ts'
import { createRandom, type Random } from './random.ts'
import { createSlotState, freezeSlots } from './slots.ts'
import type { Spelling } from './spelling.ts'
import { packTexts, type Texts } from './texts.ts'

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
  /** Of the slots that can be filled for good, one in this many is filled anew each time. */
  keepSlotOneIn: number
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

/** A voice with its texts as bytes, ready to be copied. */
export interface Voice {
  name: string
  documentBytes: number
  openings: Texts
  bodies: Texts
  endings: Texts
  joints: ShortStrings
  names: Spelling
  tail: Spelling
  rareNameOctaves: number
}

/** Text as it stands inside a JSON string. */
const escapeJson = (text: string, asciiOnly: boolean): string => {
  const escaped = JSON.stringify(text).slice(1, -1)
  if (!asciiOnly) return escaped
  return escaped.replace(/[^\0-\x7f\ue000-\ue0ff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

const OPENINGS = 256
const ENDINGS = 128

/** Writes the texts of a voice; if `escaped`, as they stand inside JSON strings. */
export const prepareVoice = (recipe: VoiceRecipe, seed: number, escaped: boolean): Voice => {
  const { names, tail, keepSlotOneIn, asciiJson = false } = recipe
  const random = createRandom('texts', recipe.name, seed)
  const state = createSlotState(random, names, tail)
  const escape = (text: string): string => (escaped ? escapeJson(text, asciiJson) : text)
  const texts = (write: ((random: Random) => string) | undefined, count: number): Texts =>
    packTexts(write === undefined ? [] : Array.from({ length: count }, () => escape(freezeSlots(write(random), state, keepSlotOneIn))))
  return {
    ...recipe,
    openings: texts(recipe.opening, OPENINGS),
    bodies: texts(recipe.body, recipe.poolSize),
    endings: texts(recipe.ending, ENDINGS),
    joints: createShortStrings(recipe.joints.map(escape)),
  }
}
