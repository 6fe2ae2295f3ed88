import { hasBoundary, type Block } from './block.ts'
import { backward } from './codePoints.ts'
import type { PlacedSplit } from './phases.ts'
import { createRegexPass, type RegexPass } from './regexPass.ts'

/** The stages of a pipeline, one behind the other. */
export interface RegexPasses {
  readonly passes: readonly RegexPass[]
  /** Bytes that must stay in the block before the position that was decided last. */
  readonly keepBehind: number
}

export const createRegexPasses = (splits: readonly PlacedSplit[]): RegexPasses => {
  const passes = splits.map(createRegexPass)
  return { passes, keepBehind: 4 * Math.max(0, ...passes.map((pass) => pass.lookBehind)) }
}

/**
 * Runs every pass as far as the text in the block allows. Returns the position up to which the borders of all passes are final; pieces
 * that end there or before can be counted.
 */
export const splitBlock = ({ passes }: RegexPasses, block: Block): number => {
  let limit = knownEnd(block)
  passes.forEach((pass, i) => {
    pass.run(block, block.passes[i], limit)
    limit = block.passes[i].decided
  })
  return limit
}

/** Up to where it is known whether a document ends: at the block's end one still may, so its last code point is left alone for now. */
const knownEnd = (block: Block): number => (hasBoundary(block, block.length) ? block.length : backward(block.bytes, block.length, 0, 1))
