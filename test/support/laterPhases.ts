import { byteLevel, digits, metaspace, punctuation, split, whitespaceSplit } from '../../src/tokenizer/preTokenizers.ts'
import type { Stage } from '../../src/types.ts'

/** Pipelines that rewrite pieces and cut them again, once or several times. */
export const WITH_LATER_PHASES: readonly (readonly [name: string, stages: readonly Stage[]])[] = [
  ['a phase that only rewrites', [...whitespaceSplit(), ...metaspace('▁', 'always', false)]],
  ['a phase that drops', [...whitespaceSplit(), ...metaspace('▁', 'always', true), ...split('[a-f▁]', true, 'removed', false)]],
  ['several stages in a phase', [...whitespaceSplit(), ...metaspace('o', 'always', true), ...digits(true), ...split('[aeiou]+', true, 'merged-with-previous', false)]],
  ['a phase behind a phase', [...whitespaceSplit(), ...metaspace('▁', 'first', true), ...metaspace('e', 'always', true)]],
  ['a phase of the reference tier between others', [...split(' ', false, 'merged-with-next', false), ...metaspace('▁', 'always', true), ...split('(?<=th)e|\\d', true, 'isolated', false), ...metaspace('q', 'always', true)]],
  ['a byte map behind a phase', [...digits(false), ...metaspace('▁', 'first', true), ...byteLevel(false, true)]],
  ['words, and punctuation apart', [...punctuation('isolated'), ...metaspace('▁', 'always', true)]],
  ['the same, with a mark in front of the first', [...punctuation('isolated'), ...metaspace('▁', 'first', true)]],
  ['a prefix behind a cut', [...digits(true), ...byteLevel(true, true)]],
]
