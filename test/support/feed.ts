import { chooseEngine } from '../../src/count/chooseEngine.ts'
import { createCounter } from '../../src/count/createCounter.ts'
import type { Tier } from '../../src/count/engine.ts'
import { createReferenceCounter } from '../../src/count/referenceCounter.ts'
import { DEFAULT_LIMITS, type TextCounter } from '../../src/count/counter.ts'
import { createNormalizer } from '../../src/normalize/normalizer.ts'
import { createBlock, appendText, endDocument, isDropped, nextBoundary, slideBlock } from '../../src/split/block.ts'
import { createRegexPasses, splitBlock, type RegexPasses } from '../../src/split/regexPasses.ts'
import type { Pipeline, TierChoice } from '../../src/types.ts'
import { cutsOf } from './stages.ts'

const compiled = new Map<Pipeline['stages'], RegexPasses>()

/** The passes of a pipeline's stages, compiled once. */
const passesOf = (stages: Pipeline['stages']): RegexPasses => {
  if (!compiled.has(stages)) compiled.set(stages, createRegexPasses(cutsOf(...stages)))
  return compiled.get(stages)!
}

/** Cuts one document that comes in feeds of `size` code points (0: all at once), through a block that slides. */
export const splitInFeeds = ({ stages, normalizers }: Pipeline, text: string, size: number): string[] => {
  const regexPasses = passesOf(stages)
  const block = createBlock(8, stages.length)
  const pieces: string[] = []
  const drain = (): void => {
    const limit = splitBlock(regexPasses, block)
    for (let end; (end = nextBoundary(block, block.counted + 1, limit)) !== -1; block.counted = end)
      if (!isDropped(block, block.counted)) pieces.push(Buffer.from(block.bytes.subarray(block.counted, end)).toString('utf8'))
    slideBlock(block, regexPasses.keepBehind)
  }
  const input = createNormalizer(normalizers, (normalized) => {
    appendText(block, normalized)
    drain()
  })
  for (const feed of feeds(text, size)) input.push(Buffer.from(feed))
  input.end()
  endDocument(block)
  drain()
  if (block.counted !== block.length) throw new Error(`${block.length - block.counted} bytes are left over`)
  return pieces
}

const feeds = (text: string, size: number): string[] => {
  if (size === 0) return [text]
  const codePoints = [...text]
  return Array.from({ length: Math.ceil(codePoints.length / size) }, (_, i) => codePoints.slice(i * size, (i + 1) * size).join(''))
}

/** Counts of documents as an object, by way of a counter. */
export const countDocuments = (
  pipeline: Pipeline,
  documents: readonly string[],
  counter: TextCounter = createReferenceCounter(cutsOf(...pipeline.stages)),
): Map<string, number> => {
  for (const document of documents) {
    counter.text(Buffer.from(document))
    counter.endDocument()
  }
  counter.flush()
  const { arena, starts, counts, size } = counter.finish()
  return new Map(
    Array.from({ length: size }, (_, i) => [Buffer.from(arena.subarray(starts[i], starts[i + 1])).toString('utf8'), counts[i]]),
  )
}

/** How often each piece is in documents, as a tier counts them in feeds of `size` code points (0: each at once). */
export const countsOf = (
  stages: Pipeline['stages'],
  choice: TierChoice,
  documents: readonly string[],
  size: number,
  show: (piece: Uint8Array) => string = (piece) => Buffer.from(piece).toString('utf8'),
): Map<string, number> => {
  const counter = createCounter(engineOf(stages, choice), DEFAULT_LIMITS)
  for (const document of documents) {
    for (const feed of feeds(document, size)) {
      counter.text(Buffer.from(feed))
      if (counter.pieces < 0) throw new Error('this counts what is decided now, before more text comes')
    }
    counter.endDocument()
  }
  counter.flush()
  const { arena, starts, counts, size: distinct } = counter.finish()
  return new Map(Array.from({ length: distinct }, (_, i) => [show(arena.subarray(starts[i], starts[i + 1])), counts[i]]))
}

/** How often each piece is in lists of pieces. */
export const tallyOf = (lists: readonly (readonly string[])[]): Map<string, number> => {
  const tally = new Map<string, number>()
  for (const piece of lists.flat()) tally.set(piece, (tally.get(piece) ?? 0) + 1)
  return tally
}

const engines = new Map<string, Map<Pipeline['stages'], Tier>>()

const engineOf = (stages: Pipeline['stages'], choice: TierChoice): Tier => {
  if (!engines.has(choice)) engines.set(choice, new Map())
  const known = engines.get(choice)!
  if (!known.has(stages)) known.set(stages, chooseEngine(stages, choice))
  return known.get(stages)!
}
