import type { Block, PassPosition } from './block.ts'

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
