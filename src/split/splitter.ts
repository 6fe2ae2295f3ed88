import { hasBoundary, type Block } from './block.ts'
import type { SplitPass } from './pass.ts'
import { backward } from './codePoints.ts'
import type { PlacedSplit } from './phases.ts'
import { createRegexPass } from './regexPass.ts'

export interface Splitter {
  readonly passes: readonly SplitPass[]
  /** Bytes that must stay in the block before the position that was decided last. */
  readonly keepBehind: number
}

export const createSplitter = (splits: readonly PlacedSplit[]): Splitter => {
  const passes = splits.map(createRegexPass)
  return { passes, keepBehind: 4 * Math.max(0, ...passes.map((pass) => pass.lookBehind)) }
}

/**
 * Runs every pass as far as the text in the block allows. Returns the position up to which the borders of all passes are final; pieces
 * that end there or before can be counted.
 */
export const splitBlock = ({ passes }: Splitter, block: Block): number => {
  let limit = knownEnd(block)
  passes.forEach((pass, i) => {
    pass.run(block, block.passes[i], limit)
    limit = block.passes[i].decided
  })
  return limit
}

/** Up to where it is known whether a document ends: at the block's end one still may, so its last code point is left alone for now. */
const knownEnd = (block: Block): number => (hasBoundary(block, block.length) ? block.length : backward(block.bytes, block.length, 0, 1))
