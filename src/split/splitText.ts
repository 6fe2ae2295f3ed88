import { chooseTokens, createAddedTokens } from '../added/addedTokens.ts'
import { createSections } from '../added/sections.ts'
import { refuse } from '../checks.ts'
import { createNormalizer, normalizeText } from '../normalize/normalizer.ts'
import type { TextStage } from '../normalize/textStage.ts'
import type { Pipeline } from '../types.ts'
import { collectBytes, collectSlices, collectStrings } from './collectPieces.ts'
import { phasesOf, type Phase } from './phases.ts'
import type { PieceSink, StartCutter } from './pieceSink.ts'
import { createReferenceCutter } from './referenceCutter.ts'

export interface TextSplitter {
  /**
   * The pre-tokens of one text, in order, as byte strings of UTF-8. If the tokenizer normalizes, they are pieces of the normalized text. Its
   * added tokens that are not special are pieces of their own, with the white space that they strip. A lone surrogate in the text is taken as
   * U+FFFD, as TextEncoder does. They are views of copies of the text.
   */
  splitToBytes(text: string): Uint8Array[]
  /**
   * The same as strings. Tokenizers that cut between the bytes of a character make pieces that are no valid UTF-8: a byte that is in no valid
   * sequence is a lone surrogate, U+DC80 to U+DCFF, as in Python's `surrogateescape`; `counts.get(piece)` takes them.
   */
  split(text: string): string[]
}

/** Starts to cut texts, one after another: text is pushed in parts (whole code points of valid UTF-8). After an error it is of no more use. */
export type StartSplitting = (sink: PieceSink) => TextStage

/** @param specialTokens cut the text and are in no piece */
export const createSplitting = ({ addedTokens, normalizers }: Pipeline, specialTokens: readonly string[], startCutter: StartCutter): StartSplitting => {
  const tokens = createAddedTokens(chooseTokens(addedTokens, specialTokens), (text) => normalizeText(normalizers, text))
  return (sink) => {
    const cutter = startCutter(sink)
    const sections = createSections(tokens, (emit) => createNormalizer(normalizers, emit), {
      text: cutter.push,
      piece(bytes) {
        cutter.end(false)
        sink.piece(bytes, 0, bytes.length)
      },
      special: () => cutter.end(true),
    })
    return {
      push: sections.push,
      end() {
        sections.end()
        cutter.end(true)
      },
    }
  }
}

/** Text is pushed in parts of about this many UTF-16 units. */
const PART = 1 << 16

/** @param cutsCharacters whether pieces may begin or end between the bytes of a character */
export const createTextSplitter = (startSplitting: StartSplitting, cutsCharacters: boolean): TextSplitter => {
  let sink = NOBODY
  let kept: TextStage | undefined

  const start = (): TextStage =>
    startSplitting({
      piece: (bytes, from, to) => sink.piece(bytes, from, to),
      cuts: (text, from, ends) => sink.cuts(text, from, ends),
    })

  const cutInto = (pieces: PieceSink, text: string): void => {
    if (typeof text !== 'string') refuse('text', text, 'a string')
    const splitting = kept ?? start()
    kept = undefined // an error leaves it in the middle of a text
    sink = pieces
    const valid = text.toWellFormed()
    for (let at = 0, to; at < valid.length; at = to) {
      to = endOfPart(valid, at + PART)
      splitting.push(Buffer.from(valid.slice(at, to)))
    }
    splitting.end()
    sink = NOBODY // the pieces are not kept
    kept = splitting
  }

  return {
    splitToBytes(text) {
      const pieces: Uint8Array[] = []
      cutInto(collectBytes(pieces), text)
      return pieces
    },
    split(text) {
      const pieces: string[] = []
      const isShort = typeof text === 'string' && text.length <= PART
      cutInto(isShort && !cutsCharacters ? collectSlices(pieces) : collectStrings(pieces), text)
      return pieces
    },
  }
}

const NOBODY: PieceSink = { piece() {}, cuts() {} }

const endOfPart = (text: string, at: number): number => {
  if (at >= text.length) return text.length
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 ? at + 1 : at
}

/** Whether stages cut between the bytes of characters. */
export const cutCharacters = (phases: readonly Phase[]): boolean => phases.some(({ splits }) => splits.some(({ unit }) => unit === 'bytes'))

/** The reference tier: what all others are held against. `specialTokens` cut the text and are in no piece. */
export const createPipelineSplitter = (pipeline: Pipeline, specialTokens: readonly string[] = []): TextSplitter => {
  const phases = phasesOf(pipeline.stages)
  return createTextSplitter(createSplitting(pipeline, specialTokens, createReferenceCutter(phases)), cutCharacters(phases))
}
