import type { TokenSet } from '../added/tokenSet.ts'
import { packByteSet } from '../pattern/byteSet.ts'
import type { Kernel, KernelExports } from '../split/kernel.ts'
import { STRIPS_LEFT, STRIPS_RIGHT } from '../split/kernelLayout.ts'
import type { FoundTokens } from './counter.ts'

/**
 * Has the kernel look for tokens (src/kernel/tokens.ts): special ones are separators, others are pieces.
 *
 * @returns a function that tells how often each was found since the last time
 */
export const putTokens = (kernel: Kernel, { tokens, bytes, lstrip, rstrip, trie: { packed, lengths } }: TokenSet): (() => number[]) => {
  if (lengths.length === 0) return () => []
  const put = (data: Uint8Array): number => {
    const address = kernel.allocate(data.length)
    kernel.bytes.set(data, address)
    return address
  }
  const putWords = (words: ArrayLike<number>): number => put(new Uint8Array(Uint32Array.from(words).buffer))
  const counts = putWords(new Uint32Array(2 * lengths.length))
  const followers = followersIn(bytes)
  kernel.exports.setTokens(
    putWords([
      putWords(packed.nodes),
      put(packed.labels),
      putWords(packed.steps),
      packed.slotBits,
      putWords(lengths),
      counts,
      put(Uint8Array.from(tokens, ({ special }) => (special ? 0 : 1))),
      put(packByteSet(followers.keys())),
      followers.size > 2 ? 0 : put(pairsOf(followers)),
      lstrip || rstrip ? put(Uint8Array.from(tokens, (token) => (token.lstrip ? STRIPS_LEFT : 0) | (token.rstrip ? STRIPS_RIGHT : 0))) : 0,
      lstrip ? 1 : 0,
    ]),
  )
  return () => {
    const words = kernel.words.subarray(counts >>> 2, (counts >>> 2) + 2 * lengths.length)
    const found = lengths.map((_, token) => words[2 * token] + words[2 * token + 1] * 2 ** 32)
    words.fill(0)
    return found
  }
}

/** What the kernel has found; nothing is normalized. */
export const foundTokens = ({ found, foundBytes, isTextBefore, textsBetween, isTextBehind }: KernelExports): FoundTokens => {
  const count = found.value
  const isText = isTextBehind.value === 1
  return {
    count,
    bytes: foundBytes.value,
    isTextBefore: count === 0 ? isText : isTextBefore.value === 1,
    apart: textsBetween.value,
    isTextBehind: count > 0 && isText,
    normalized: 0,
  }
}

/** The first bytes of tokens, and for each those that may follow it; undefined if any may, because it is a token alone. */
const followersIn = (tokens: readonly Uint8Array[]): Map<number, number[] | undefined> => {
  const followers = new Map<number, Set<number> | undefined>()
  for (const [first, second] of tokens) {
    const known = followers.has(first) ? followers.get(first) : new Set<number>()
    followers.set(first, second === undefined ? undefined : known?.add(second))
  }
  return new Map([...followers].map(([first, seconds]) => [first, seconds && [...seconds]]))
}

/** One or two bytes, what follows each, and the mask with which that is compared. */
const pairsOf = (followers: ReadonlyMap<number, readonly number[] | undefined>): Uint8Array => {
  const pairs = [...followers].flatMap(([first, second]) => (second?.length === 1 ? [first, second[0], 0xff] : [first, 0, 0]))
  return Uint8Array.from([...pairs, ...pairs].slice(0, 6))
}
