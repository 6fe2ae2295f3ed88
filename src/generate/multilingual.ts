import { capitalize, zipfOf, type Rule } from './grammar.ts'
import { LANGUAGES, makeWord, type Language } from './languages.ts'
import { below, createRandom, oneIn, type Random } from './random.ts'
import { slotMark } from './slots.ts'
import { createSpelling } from './spelling.ts'
import type { VoiceRecipe } from './voice.ts'

/* Texts in many scripts, each document in one language. */

const MADE_UP_WORDS = 1200

const makeWords = (language: Language): string[] => {
  const random = createRandom('words', language.name)
  return Array.from(new Set(Array.from({ length: MADE_UP_WORDS }, () => makeWord(language, random))))
}

const makeNumber = (digits: string, random: Random): string =>
  Array.from({ length: 1 + below(random, 4) }, () => digits[below(random, digits.length)]).join('')

/** A word at a time: half of them common, some rare, few numbers and asides. */
const createWordRule = (language: Language): Rule => {
  const common = zipfOf(language.common)
  const made = zipfOf(makeWords(language))
  const rare = slotMark('rare') ?? ''
  const { asides = [], digits, quotes } = language
  return (random) => {
    const draw = below(random, 64)
    if (draw < 30) return common(random)
    if (draw < 59) return made(random)
    if (draw < 61) return rare
    if (draw < 62) return makeNumber(digits, random)
    if (draw < 63 || asides.length === 0) return quotes[0] + made(random) + quotes[1]
    return asides[below(random, asides.length)]
  }
}

const createSentenceRule = (language: Language): Rule => {
  const word = createWordRule(language)
  const { space, comma, stops, capitals, asides = [], normalization } = language
  return (random) => {
    const count = 4 + below(random, 12)
    let text = ''
    for (let i = 0; i < count; i++) {
      if (i > 0) text += oneIn(random, 10) ? comma + space : space
      text += word(random)
    }
    if (asides.length > 0 && oneIn(random, 2)) text += space + asides[below(random, asides.length)]
    if (capitals) text = capitalize(text)
    text += stops[below(random, stops.length)]
    return normalization === undefined ? text : text.normalize(normalization)
  }
}

/** Parts of rare words, at most eight bytes of UTF-8. */
const partsOf = ({ syllables, normalization }: Language): string[] =>
  Array.from(new Set(syllables.map((syllable) => (normalization === undefined ? syllable : syllable.normalize(normalization))))).filter(
    (syllable) => syllable !== '' && Buffer.byteLength(syllable) <= 8,
  )

const createVoice = (language: Language, poolSize: number): VoiceRecipe => {
  const sentence = createSentenceRule(language)
  const spelling = createSpelling({ first: partsOf(language) })
  const { space } = language
  return {
    name: language.name,
    weight: 1,
    documentBytes: 1500,
    poolSize,
    joints: [space, space, space, space, space, space, '\n', '\n\n'],
    keepSlotOneIn: 2,
    body: (random) => Array.from({ length: 1 + below(random, 3) }, () => sentence(random)).join(space),
    names: spelling,
    tail: spelling,
    rareNameOctaves: 20,
    asciiJson: language.asciiJson === true,
  }
}

export const createMultilingual = (): VoiceRecipe[] => LANGUAGES.map((language) => createVoice(language, 512))

const CJK = new Set(['chinese', 'japanese', 'korean'])

/** Chinese, Japanese and Korean only. Most pre-tokens are whole clauses, so more texts are prepared: few clauses come twice. */
export const createCjk = (): VoiceRecipe[] => LANGUAGES.filter(({ name }) => CJK.has(name)).map((language) => createVoice(language, 4096))
