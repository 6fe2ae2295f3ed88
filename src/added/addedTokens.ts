import { PretokError } from '../errors.ts'
import type { AddedToken } from '../types.ts'
import { checkSpecialTokens, createTokenSet, plainToken, type TokenSet } from './tokenSet.ts'
import { createTokenTrie, type TokenTrie } from './tokenTrie.ts'

/** The tokens of a run, ready to be looked for: first the raw ones, then the normalized ones in the normalized text between those. */
export interface AddedTokens {
  readonly raw: TokenSet
  readonly normalized: TokenSet
  /** All of them at once. */
  readonly all: TokenTrie
}

/**
 * The tokens of a run. The special ones are exactly those of the list, with the tokenizer's own flags if it has them as special tokens, else
 * with none. The tokenizer's tokens that are not special always count. As in the reference, an empty one does not, and of several with the
 * same content the last one does.
 *
 * @throws PretokError 'usage' for a special token that cannot be one
 */
export const chooseTokens = (own: readonly AddedToken[], specialTokens: readonly string[]): AddedToken[] => {
  checkSpecialTokens(specialTokens)
  const byContent = new Map(own.filter(({ content }) => content !== '').map((token) => [token.content, token]))
  const special = [...new Set(specialTokens)].map((content) => {
    const token = byContent.get(content)
    return token?.special === true ? token : plainToken(content)
  })
  const isListed = new Set(specialTokens)
  // special tokens come first: that matters where two tokens become equal when they are normalized (the reference finds either, by chance)
  return [...special, ...[...byContent.values()].filter(({ special, content }) => !special && !isListed.has(content))]
}

/**
 * @param normalize what the tokenizer does to a text
 * @param keeps whether a text is found in normalized text just where it stands in the text as it is; default: that is not known
 * @throws PretokError 'tokenizer' for a token of which normalization leaves nothing: the reference finds it everywhere
 */
export const createAddedTokens = (
  tokens: readonly AddedToken[],
  normalize: (text: string) => string,
  keeps: (text: string) => boolean = () => false,
): AddedTokens => {
  if (areOneSet(tokens, keeps)) {
    const raw = createTokenSet(tokens)
    return { raw, normalized: createTokenSet([]), all: raw.trie }
  }
  const normalized = createTokenSet(
    tokens.filter((token) => token.normalized),
    ({ content }) => normalize(content),
  )
  const empty = normalized.bytes.findIndex(({ length }) => length === 0)
  if (empty !== -1)
    throw new PretokError(
      'tokenizer',
      `added tokens: normalization leaves nothing of ${JSON.stringify(normalized.tokens[empty].content)}; set its "normalized" to false`,
    )
  const raw = createTokenSet(tokens.filter((token) => !token.normalized))
  return { raw, normalized, all: createTokenTrie([...raw.bytes, ...normalized.bytes]) }
}

/** Whether it makes no difference that some tokens are found in the text as it is, and others in normalized text between those. */
const areOneSet = (tokens: readonly AddedToken[], keeps: (text: string) => boolean): boolean => {
  const normalized = tokens.filter((token) => token.normalized)
  if (normalized.length === 0) return true
  const inRaw = new Set(tokens.flatMap((token) => (token.normalized ? [] : Array.from(token.content))))
  // those with flags look at what is beside them; those that have no character in common do not overlap
  return (
    tokens.every(({ lstrip, rstrip, singleWord }) => !lstrip && !rstrip && !singleWord) &&
    normalized.every(({ content }) => keeps(content) && Array.from(content).every((character) => !inRaw.has(character)))
  )
}
