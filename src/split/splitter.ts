import type { SplitStage } from '../types.ts'
import type { Block, PassPosition } from './block.ts'
import { createRegexPass } from './regexPass.ts'

/** One stage of a pipeline at work: adds its boundary bits to a block. All tiers have this signature. */
export interface SplitPass {
  /** How many code points before a piece's start it can depend on. */
  readonly lookBehind: number
  /**
   * Goes on from `position.decided` towards `limit` (a position up to which the bits of the passes before are final) and moves
   * `position.decided` as far as no text behind `limit` can change. A bit at `limit` means that the segment ends there.
   */
  run(block: Block, position: PassPosition, limit: number): void
}

export interface Splitter {
  readonly passes: readonly SplitPass[]
  /** Bytes that must stay in the block before the position that was decided last. */
  readonly keepBehind: number
}

export const createSplitter = (stages: readonly SplitStage[]): Splitter => {
  const passes = stages.map(createRegexPass)
  return { passes, keepBehind: 4 * Math.max(0, ...passes.map((pass) => pass.lookBehind)) }
}

/**
 * Runs every pass as far as the text in the block allows. Returns the position up to which the borders of all passes are final; pieces
 * that end there or before can be counted.
 */
export const splitBlock = ({ passes }: Splitter, block: Block): number => {
  let limit = block.length
  passes.forEach((pass, i) => {
    pass.run(block, block.passes[i], limit)
    limit = block.passes[i].decided
  })
  return limit
}
