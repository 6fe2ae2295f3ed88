import { expect } from 'vitest'
import { createAddedTokens } from '../../src/added/addedTokens.ts'
import { createSections } from '../../src/added/sections.ts'
import { createTokenSet, plainToken } from '../../src/added/tokenSet.ts'
import type { FoundTokens, TextCounter, TokenText } from '../../src/count/counter.ts'
import { createKernelCounter } from '../../src/count/kernelCounter.ts'
import { createReferenceCounter } from '../../src/count/referenceCounter.ts'
import { createNormalizer, createSureText } from '../../src/normalize/normalizer.ts'
import { UNCHANGED } from '../../src/normalize/sureText.ts'
import { compileStage } from '../../src/pattern/compile.ts'
import type { AddedToken, Normalizer } from '../../src/types.ts'
import { cutsOf, PRESET_STAGES } from './stages.ts'

/* Text that is normalized, cut at tokens and counted: by the kernel, and step by step. */

export const GPT2 = PRESET_STAGES[0][1]
export const TABLES = compileStage(GPT2).tables

interface Result {
  counts: Record<string, number>
  documents: number
  tokens: number[]
  /** Bytes of text that was split. */
  bytes: number
  /** Bytes of separators, with the white space that they have stripped. */
  separators: number
}

type Flags = Partial<Pick<AddedToken, 'lstrip' | 'rstrip'>>

export const countsOf = (counter: TextCounter): Record<string, number> => {
  counter.endDocument()
  counter.flush()
  const { arena, starts, counts, size } = counter.finish()
  const entries = Array.from({ length: size }, (_, i): [string, number] => [
    Buffer.from(arena.subarray(starts[i], starts[i + 1])).toString(),
    counts[i],
  ])
  return Object.fromEntries(entries.sort())
}

/** By cutting each text at tokens, normalizing what is between them, and counting that in the reference tier. */
export const byDefinition = (
  normalizers: readonly Normalizer[],
  tokens: readonly string[],
  text: string | readonly string[],
  special = tokens.length,
  flags: readonly Flags[] = [],
): Result => {
  const counter = createReferenceCounter(cutsOf(GPT2))
  const result: Result = { counts: {}, documents: 0, tokens: tokens.map(() => 0), bytes: 0, separators: 0 }
  let hasText = false
  const end = (): void => {
    counter.endDocument()
    if (hasText) result.documents++
    hasText = false
  }
  const sections = createSections(
    createAddedTokens(asTokens(tokens, special, flags), (content) => content),
    (emit) => createNormalizer(normalizers, emit),
    {
      text(bytes) {
        counter.text(bytes)
        result.bytes += bytes.length
        hasText = true
      },
      piece(bytes) {
        counter.piece(bytes)
        result.tokens[tokens.indexOf(bytes.toString())]++
        result.bytes += bytes.length
        hasText = true
      },
      special(token, { length }) {
        end()
        result.separators += length
        result.tokens[tokens.indexOf(token.content)]++
      },
    },
  )
  for (const one of typeof text === 'string' ? [text] : text) {
    sections.push(Buffer.from(one))
    sections.end()
    end()
  }
  return { ...result, counts: countsOf(counter) }
}

/** Tokens without flags but for those given, in turn; those from number `special` on are pieces, which have none. */
export const asTokens = (tokens: readonly string[], special: number, flags: readonly Flags[]): AddedToken[] =>
  tokens.map((content, i) => ({ ...plainToken(content), special: i < special, ...(i < special ? flags[i % flags.length] : {}) }))

/** @param feeds how many code points are given at a time, in turn */
export const byKernel = (
  normalizers: readonly Normalizer[],
  tokens: readonly string[],
  text: string | readonly string[],
  feeds: readonly number[],
  special = tokens.length,
  flags: readonly Flags[] = [],
): Result => {
  const counter = createKernelCounter([TABLES])
  const set = createTokenSet(asTokens(tokens, special, flags))
  // documents are for text that is normalized
  const none = typeof text === 'string' ? undefined : UNCHANGED
  const stream = counter.withTokens!(set, normalizers.length > 0 ? createSureText(normalizers) : none)!
  const result: Result = { counts: {}, documents: 0, tokens: [], bytes: 0, separators: 0 }
  let hasText = false
  const note = (found: FoundTokens): void => {
    hasText ||= found.isTextBefore
    result.bytes -= found.bytes + found.normalized
    result.separators += found.bytes
    if (found.count === 0) return
    result.documents += found.apart + (hasText ? 1 : 0)
    hasText = found.isTextBehind
  }
  if (typeof text === 'string') feedText(stream, text, feeds, note, counter)
  else
    for (let at = 0, turn = 0; at < text.length; at += feeds[turn++ % feeds.length]) {
      const some = text.slice(at, at + feeds[turn % feeds.length])
      let end = 0
      const ends = Uint32Array.from(some, (one) => (end += Buffer.byteLength(one)))
      note(stream.documents!(Buffer.from(some.join('')), ends))
    }
  note(stream.end())
  if (hasText) result.documents++
  result.tokens = stream.takeCounts()
  result.bytes += Buffer.byteLength(typeof text === 'string' ? text : text.join(''))
  result.tokens.forEach((count, token) => token >= special && count > 0 && counter.add!(Buffer.from(tokens[token]), count))
  result.counts = countsOf(counter)
  expect(counter.dropped).toBe(0)
  expect(counter.pending).toBe(0)
  return result
}

/** Gives a text some code points at a time, in the kernel's room or elsewhere. */
const feedText = (
  stream: TokenText,
  text: string,
  feeds: readonly number[],
  note: (found: FoundTokens) => void,
  counter: TextCounter,
): void => {
  const codePoints = [...text]
  for (let at = 0, turn = 0; at < codePoints.length; turn++) {
    const to = at + feeds[turn % feeds.length]
    const fed = Buffer.from(codePoints.slice(at, to).join(''))
    at = to
    if (turn % 3 === 1) note(stream.push(fed))
    else
      for (let done = 0; done < fed.length;) {
        const room = stream.room(fed.length - done)
        let length = fed.copy(room, 0, done)
        while ((fed[done + length] & 0xc0) === 0x80) length--
        note(stream.push(room.subarray(0, length)))
        done += length
      }
    expect(counter.pieces).toBeGreaterThanOrEqual(0) // counts what is decided now, before more text comes
  }
}
