import { checkTexts } from '../checks.ts'
import { PretokError } from '../errors.ts'
import type { AddedToken } from '../types.ts'
import { createTokenTrie, type TokenTrie } from './tokenTrie.ts'

/** Tokens that are looked for together: at each place the longest; of two that are equal the first. */
export interface TokenSet {
  readonly tokens: readonly AddedToken[]
  /** What is looked for, for each token. */
  readonly bytes: readonly Buffer[]
  readonly trie: TokenTrie
  /** Whether any of them has the flag. */
  readonly lstrip: boolean
  readonly rstrip: boolean
  readonly singleWord: boolean
}

/** @param textOf what is looked for; default: the content */
export const createTokenSet = (tokens: readonly AddedToken[], textOf = ({ content }: AddedToken): string => content): TokenSet => {
  const bytes = tokens.map((token) => Buffer.from(textOf(token)))
  return {
    tokens,
    bytes,
    trie: createTokenTrie(bytes),
    lstrip: tokens.some(({ lstrip }) => lstrip),
    rstrip: tokens.some(({ rstrip }) => rstrip),
    singleWord: tokens.some(({ singleWord }) => singleWord),
  }
}

/** A special token without any flags: what a user's -s stands for. */
export const plainToken = (content: string): AddedToken => ({
  content,
  special: true,
  normalized: false,
  lstrip: false,
  rstrip: false,
  singleWord: false,
})

/** Throws 'usage' for what is no list of strings, for an empty token or one with a lone surrogate. */
export const checkSpecialTokens = (tokens: readonly string[]): void => {
  checkTexts('specialTokens', tokens)
  for (const token of tokens) {
    if (token === '') throw new PretokError('usage', 'special tokens: the empty string cannot be one')
    if (!token.isWellFormed())
      throw new PretokError('usage', `special tokens: ${JSON.stringify(token)} holds a lone surrogate, which no UTF-8 text can hold`)
  }
}

/** Special tokens without any flags. A token given twice counts once. Throws 'usage' as `checkSpecialTokens` does. */
export const createSpecialTokens = (tokens: readonly string[]): TokenSet => {
  checkSpecialTokens(tokens)
  return createTokenSet([...new Set(tokens)].map(plainToken))
}
