import { PretokError } from '../errors.ts'

/*
 * Special tokens as byte strings. In a text they are found from left to right, the longest where several begin at the same place
 * (HF tokenizers: Aho-Corasick, leftmost-longest; tiktoken and the CS336 assignment: longest first).
 */

export interface SpecialTokens {
  readonly tokens: readonly string[]
  readonly bytes: readonly Uint8Array[]
  /** Length in bytes of the longest; 0 if there are none. */
  readonly maxLength: number
  /** Tokens that begin with the same byte, longest first, and what all of them begin with. */
  readonly groups: readonly TokenGroup[]
}

interface TokenGroup {
  prefix: Buffer
  members: readonly number[]
}

export interface TokenMatch {
  start: number
  end: number
  /** Place in the list of tokens. */
  token: number
}

/** Throws 'usage' for an empty token or one with a lone surrogate. A token given twice counts once. */
export const createSpecialTokens = (tokens: readonly string[]): SpecialTokens => {
  const distinct = [...new Set(tokens)]
  for (const token of distinct) {
    if (token === '') throw new PretokError('usage', 'special tokens: the empty string cannot be one')
    if (!token.isWellFormed())
      throw new PretokError('usage', `special tokens: ${JSON.stringify(token)} holds a lone surrogate, which no UTF-8 text can hold`)
  }
  const bytes = distinct.map((token) => Buffer.from(token))
  const byFirstByte = new Map<number, number[]>()
  bytes.forEach((token, i) => byFirstByte.set(token[0], [...(byFirstByte.get(token[0]) ?? []), i]))
  const groups = [...byFirstByte.values()].map((members) => {
    members.sort((a, b) => bytes[b].length - bytes[a].length)
    return { prefix: commonPrefix(members.map((i) => bytes[i])), members }
  })
  return { tokens: distinct, bytes, maxLength: Math.max(0, ...bytes.map((token) => token.length)), groups }
}

const commonPrefix = (strings: readonly Buffer[]): Buffer => {
  let length = strings[0].length
  for (const string of strings) while (!string.subarray(0, length).equals(strings[0].subarray(0, length))) length--
  return strings[0].subarray(0, length)
}

const startsWith = (text: Uint8Array, at: number, end: number, token: Uint8Array): boolean => {
  if (at + token.length > end) return false
  for (let i = 0; i < token.length; i++) if (text[at + i] !== token[i]) return false
  return true
}

/** The tokens that stand at a position of text[0, end), longest first. */
const tokensAt = (special: SpecialTokens, text: Uint8Array, at: number, end: number): number[] => {
  const group = special.groups.find(({ prefix }) => prefix[0] === text[at])
  return group === undefined ? [] : group.members.filter((member) => startsWith(text, at, end, special.bytes[member]))
}

/** Whether text[at, end) is the beginning of a token that is longer than it. */
const mayBecomeToken = (special: SpecialTokens, text: Uint8Array, at: number, end: number): boolean =>
  special.bytes.some(
    (token) => token.length > end - at && text[at] === token[0] && startsWith(token, 0, token.length, text.subarray(at, end)),
  )

/** The tokens in text[from, length), from left to right, the longest at each place, none overlapping the one before. */
export function* findTokens(special: SpecialTokens, text: Buffer, from: number): Generator<TokenMatch> {
  // the next place of each group is remembered, so that a group that is rare does not make the search read ahead again and again
  const next = special.groups.map((group) => nextOfGroup(special, text, from, group))
  for (;;) {
    const first = next.reduce(
      (best, match) => (match !== undefined && (best === undefined || match.start < best.start) ? match : best),
      undefined,
    )
    if (first === undefined) return
    yield first
    special.groups.forEach((group, i) => {
      if (next[i] !== undefined && next[i].start < first.end) next[i] = nextOfGroup(special, text, first.end, group)
    })
  }
}

const nextOfGroup = (special: SpecialTokens, text: Buffer, from: number, { prefix, members }: TokenGroup): TokenMatch | undefined => {
  for (let at = text.indexOf(prefix, from); at !== -1; at = text.indexOf(prefix, at + 1)) {
    const token = members.find((member) => startsWith(text, at, text.length, special.bytes[member]))
    if (token !== undefined) return { start: at, end: at + special.bytes[token].length, token }
  }
  return undefined
}

/**
 * The first position at or after `from` from which text[position, length) could turn out to be a (longer) token when more text follows;
 * the text's length if there is none.
 */
export const undecidedFrom = (special: SpecialTokens, text: Uint8Array, from: number): number => {
  for (let at = Math.max(from, text.length - special.maxLength + 1); at < text.length; at++)
    if (mayBecomeToken(special, text, at, text.length)) return at
  return text.length
}

/**
 * Whether a search from the start of the text would find a token that begins exactly at `at`, and none that reaches across it, whatever
 * stands before text[0] and after its end. True only if that is certain: text must hold `maxLength` bytes on both sides of `at`, or the
 * source's own start or end.
 */
export const isCertainTokenStart = (special: SpecialTokens, text: Uint8Array, at: number): boolean => {
  for (let before = Math.max(0, at - special.maxLength + 1); before < at; before++)
    if (tokensAt(special, text, before, text.length).some((token) => before + special.bytes[token].length > at)) return false
  return tokensAt(special, text, at, text.length).length > 0
}
