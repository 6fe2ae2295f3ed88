import { PretokError } from '../errors.ts'
import type { SplitStage, Stage } from '../types.ts'

/** A stage as a split. Throws 'tokenizer' for one that is none. */
export const asSplit = (stage: Stage): SplitStage => {
  if (stage.kind !== 'split') throw new PretokError('tokenizer', `splitting: a stage of kind ${stage.kind} is not supported yet`)
  return stage
}
