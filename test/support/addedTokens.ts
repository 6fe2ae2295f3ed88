import fc from 'fast-check'
import tokenizers from 'tokenizers'
import type { AddedToken } from '../../src/types.ts'
import { tokenizerJson } from './tokenizerJson.ts'

/** A stretch of text, or of an added token (its content). */
export type Section = [text: string] | [text: string, token: string]

const PLAIN = { special: false, normalized: false, lstrip: false, rstrip: false, singleWord: false }

export const token = (content: string, flags: Partial<AddedToken> = {}): AddedToken => ({ ...PLAIN, content, ...flags })

/** Characters that a white space, a word, a normalizer and the bytes of UTF-8 can differ on, and those of tokens. */
export const CHARACTERS = [
  'a',
  'b',
  'A',
  'B',
  '<',
  '>',
  ' ',
  '\n',
  '\u00a0',
  '\u0085',
  '\u3000',
  '\ufeff',
  'é',
  'É',
  '日',
  '\u0301',
  '_',
  '٣',
  '\u200d',
]

export const anyText = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('a', 'b', ' ') }, fc.constantFrom(...CHARACTERS)), maxLength })

/** Tokens of a few characters with any flags; no two have the same content. */
export const anyTokens = (flags: fc.Arbitrary<Partial<AddedToken>> = anyFlags): fc.Arbitrary<AddedToken[]> =>
  fc.uniqueArray(
    fc
      .tuple(anyText(3), flags)
      .filter(([content]) => content !== '')
      .map(([content, own]) => token(content, own)),
    { maxLength: 5, selector: ({ content }) => content },
  )

export const anyFlags: fc.Arbitrary<Partial<AddedToken>> = fc.record({
  special: fc.boolean(),
  normalized: fc.boolean(),
  lstrip: fc.boolean(),
  rstrip: fc.boolean(),
  singleWord: fc.boolean(),
})

const SPACE = /^[\p{White_Space}]$/u
const WORD = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u

/**
 * The definition (tokenizers/src/tokenizer/added_vocabulary.rs, find_matches), character by character; undefined where the reference itself
 * fails, because white space that was stripped twice ends before it begins.
 */
export const naiveSections = (
  tokens: readonly AddedToken[],
  text: string,
  find = ({ content }: AddedToken): string => content,
): Section[] | undefined => {
  const characters = [...text]
  const isToken = (candidate: string, at: number): boolean => candidate !== '' && [...candidate].every((c, i) => characters[at + i] === c)
  const part = (from: number, to: number): string => characters.slice(from, to).join('')
  const sections: Section[] = []
  let end = 0
  for (let at = 0; at < characters.length;) {
    const found = tokens
      .filter((one) => isToken(find(one), at))
      .reduce<AddedToken | undefined>(
        (best, one) => (best === undefined || [...find(one)].length > [...find(best)].length ? one : best),
        undefined,
      )
    if (found === undefined) {
      at++
      continue
    }
    let from = at
    at += [...find(found)].length
    let to = at
    const isInWord = WORD.test(characters[from - 1] ?? '') || WORD.test(characters[to] ?? '')
    if (found.singleWord && isInWord) continue
    while (found.lstrip && from > 0 && SPACE.test(characters[from - 1])) from--
    if (found.lstrip) from = Math.max(from, end)
    while (found.rstrip && to < characters.length && SPACE.test(characters[to])) to++
    if (from > to) return undefined
    if (from > end) sections.push([part(end, from)])
    if (to > from) sections.push([part(from, to), found.content])
    end = to
  }
  return end < characters.length ? [...sections, [part(end, characters.length)]] : sections
}

/** Both steps, with whatever the tokenizer does to text. Special tokens are sections as others are. */
export const naiveExtraction = (
  tokens: readonly AddedToken[],
  text: string,
  normalize: (text: string) => string,
): Section[] | undefined => {
  const raw = naiveSections(
    tokens.filter(({ normalized }) => !normalized),
    text,
  )
  // equal ones: those that are special are looked for first
  const normalized = tokens.filter((one) => one.normalized).toSorted((a, b) => Number(b.special) - Number(a.special))
  const sections = raw?.map((section) =>
    section.length === 2 ? [section] : naiveSections(normalized, normalize(section[0]), ({ content }) => normalize(content)),
  )
  return sections === undefined || sections.includes(undefined) ? undefined : (sections as Section[][]).flat()
}

/**
 * The official engine: the sections of a text, tokens and others. All characters must be in CHARACTERS, or be made of those by NFC or
 * lower-casing.
 */
export const officialExtraction = (tokens: readonly AddedToken[], normalizer: object | null): ((text: string) => Promise<string[]>) => {
  const characters = [...new Set(CHARACTERS.flatMap((c) => [...`${c}${c}\u0301`.normalize('NFC'), ...c.toLowerCase()]))]
  const tokenizer = tokenizers.Tokenizer.fromString(
    JSON.stringify(
      tokenizerJson({
        added_tokens: tokens.map(({ singleWord, ...flags }, i) => ({ id: 1000 + i, single_word: singleWord, ...flags })),
        normalizer,
        // with characters alone, the pieces of a section are its characters
        model: { type: 'BPE', vocab: Object.fromEntries(characters.map((character, i) => [character, i])), merges: [] },
      }),
    ),
  )
  return async (text) => {
    const encoding = await tokenizer.encode(text, null, { addSpecialTokens: false })
    const words = encoding.getWordIds()
    const sections: string[] = []
    encoding.getTokens().forEach((piece, i) => {
      if (i > 0 && words[i] === words[i - 1]) sections.push(sections.pop()! + piece)
      else sections.push(piece)
    })
    return sections
  }
}
