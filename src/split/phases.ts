import { PretokError } from '../errors.ts'
import type { Unit } from '../pattern/unit.ts'
import type { PrependStage, ReplaceStage, SplitStage, Stage } from '../types.ts'
import { BYTE_ALPHABET } from '../unicode/byteAlphabet.ts'

/*
 * Most pipelines only cut text: then all stages run over the same bytes, one behind the other. A stage that rewrites pieces begins a new
 * phase: what is cut from there on is the rewritten pieces, each for itself.
 */

export interface PlacedSplit {
  stage: SplitStage
  /** 'bytes' after a byte map. */
  unit: Unit
}

export type Rewrite = ReplaceStage | PrependStage

/** Rewrites first, then cuts. */
export interface Phase {
  rewrites: readonly Rewrite[]
  splits: readonly PlacedSplit[]
}

const refuse = (what: string): PretokError => new PretokError('tokenizer', `pipeline: ${what} is not supported`)

/** The phases of a pipeline: at least one; only the first may be without rewrites. Throws 'tokenizer' for what cannot be done exactly. */
export const phasesOf = (stages: readonly Stage[]): readonly Phase[] => {
  const phases: { rewrites: Rewrite[]; splits: PlacedSplit[] }[] = [{ rewrites: [], splits: [] }]
  let byteMaps = 0
  for (const stage of stages) {
    if (stage.kind === 'replace' && stage.from === '') throw refuse('replacing the empty string')
    // bytes of the byte alphabet's own UTF-8: nothing that could be mapped back
    if (byteMaps > 1) throw refuse('a byte map after a byte map, with more stages after it,')
    const last = phases.at(-1)!
    if (stage.kind === 'split') last.splits.push({ stage, unit: byteMaps > 0 ? 'bytes' : 'code points' })
    else if (stage.kind === 'byte-map') byteMaps++
    else if (byteMaps > 0) refuseBehindByteMap(stage)
    else if (last.splits.length === 0) last.rewrites.push(stage)
    else phases.push({ rewrites: [stage], splits: [] })
  }
  checkFirst(phases)
  return phases
}

/** Text that the byte alphabet does not have is not there to be replaced. */
const refuseBehindByteMap = (stage: Rewrite): void => {
  const isMapped = (character: string): boolean => BYTE_ALPHABET.includes(character.codePointAt(0)!)
  if (stage.kind === 'prepend' || [...stage.from].every(isMapped)) throw refuse(`${stage.kind} after a byte map`)
}

/** What stands first in the text is told by its offset, and rewriting may have moved that. */
const checkFirst = (phases: readonly Phase[]): void => {
  const at = phases.findLastIndex(({ rewrites }) => rewrites.some((rewrite) => rewrite.kind === 'prepend' && rewrite.where === 'first'))
  const movesOffsets = (rewrite: Rewrite): boolean => rewrite.kind === 'prepend' || rewrite.to === ''
  if (phases.slice(0, Math.max(0, at)).some(({ rewrites }) => rewrites.some(movesOffsets)))
    throw refuse('text put in front of the first piece, after stages that rewrote and cut the text,')
}

/** Whether a phase behind the first treats the piece with which the text begins otherwise. */
export const treatsFirstPiece = (later: readonly Phase[]): boolean =>
  later.some(({ rewrites }) => rewrites.some((rewrite) => rewrite.kind === 'prepend' && rewrite.where === 'first'))
