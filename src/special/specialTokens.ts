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
  /** For each byte that tokens begin with: what all of those begin with, to look for it at the speed of `indexOf`. */
  readonly prefixes: readonly Buffer[]
  /** All tokens, byte by byte. */
  readonly trie: TrieNode
}

interface TrieNode {
  /** The token that ends here; NONE if none does. */
  token: number
  next: Map<number, TrieNode>
}

const NONE = -1

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
  const trie: TrieNode = { token: NONE, next: new Map() }
  bytes.forEach((token, i) => (nodeAt(trie, token).token = i))
  const prefixes = [...trie.next].map(([byte, node]) => prefixFrom(byte, node))
  return { tokens: distinct, bytes, maxLength: Math.max(0, ...bytes.map((token) => token.length)), prefixes, trie }
}

/** The node at the end of a path, made if it is not there. */
const nodeAt = (trie: TrieNode, path: Uint8Array): TrieNode => {
  let node = trie
  for (const byte of path) {
    if (!node.next.has(byte)) node.next.set(byte, { token: NONE, next: new Map() })
    node = node.next.get(byte)!
  }
  return node
}

/** The path on from a node as far as there is only one. */
const prefixFrom = (byte: number, node: TrieNode): Buffer => {
  const prefix = [byte]
  while (node.token === NONE && node.next.size === 1) {
    const [[following, child]] = node.next
    prefix.push(following)
    node = child
  }
  return Buffer.from(prefix)
}

/** The longest token that stands at a position; NONE if there is none. */
const longestAt = ({ trie }: SpecialTokens, text: Uint8Array, at: number): number => {
  let longest = NONE
  for (let node = trie.next.get(text[at]); node !== undefined; node = node.next.get(text[++at]))
    if (node.token !== NONE) longest = node.token
  return longest
}

/** Whether text[at, length) is the beginning of a token that is longer than it. */
const mayBecomeToken = ({ trie }: SpecialTokens, text: Uint8Array, at: number): boolean => {
  let node: TrieNode | undefined = trie
  for (; node !== undefined && at < text.length; at++) node = node.next.get(text[at])
  return node !== undefined && node.next.size > 0
}

/** The tokens in text[from, length), from left to right, the longest at each place, none overlapping the one before. */
export function* findTokens(special: SpecialTokens, text: Buffer, from: number): Generator<TokenMatch> {
  // the next place of each prefix is remembered, so that one that is rare does not make the search read ahead again and again
  const next = special.prefixes.map((prefix) => nextWith(special, prefix, text, from))
  for (;;) {
    const first = next.reduce(
      (best, match) => (match !== undefined && (best === undefined || match.start < best.start) ? match : best),
      undefined,
    )
    if (first === undefined) return
    yield first
    special.prefixes.forEach((prefix, i) => {
      if (next[i] !== undefined && next[i].start < first.end) next[i] = nextWith(special, prefix, text, first.end)
    })
  }
}

/** The first token from a position on that begins with a prefix. */
const nextWith = (special: SpecialTokens, prefix: Buffer, text: Buffer, from: number): TokenMatch | undefined => {
  for (let at = text.indexOf(prefix, from); at !== -1; at = text.indexOf(prefix, at + 1)) {
    const token = longestAt(special, text, at)
    if (token !== NONE) return { start: at, end: at + special.bytes[token].length, token }
  }
  return undefined
}

/**
 * The first position at or after `from` from which text[position, length) could turn out to be a (longer) token when more text follows;
 * the text's length if there is none.
 */
export const undecidedFrom = (special: SpecialTokens, text: Uint8Array, from: number): number => {
  for (let at = Math.max(from, text.length - special.maxLength + 1); at < text.length; at++)
    if (mayBecomeToken(special, text, at)) return at
  return text.length
}

/**
 * Whether a search from the start of the text would find a token that begins exactly at `at`, and none that reaches across it, whatever
 * stands before text[0] and after its end. True only if that is certain: text must hold `maxLength` bytes on both sides of `at`, or the
 * source's own start or end.
 */
export const isCertainTokenStart = (special: SpecialTokens, text: Uint8Array, at: number): boolean => {
  for (let before = Math.max(0, at - special.maxLength + 1); before < at; before++) {
    const token = longestAt(special, text, before)
    if (token !== NONE && before + special.bytes[token].length > at) return false
  }
  return longestAt(special, text, at) !== NONE
}
