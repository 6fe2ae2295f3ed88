/*
 * What a split does with the matches and with the gaps between them (tokenizers, tokenizer/normalizer.rs, NormalizedString::split).
 *
 * The reference makes a list of matches and gaps and folds it. What comes out depends on neighbours only: either one kind of piece is
 * dropped, or the cut between two kinds of neighbours is left out. (An empty match stands only between two gaps, because an engine does not
 * accept one right after a match; in every fold the two gaps stay apart.)
 */

/**
 * SplitDelimiterBehavior. The names tell it of the matches, which are the delimiters; inverted, the gaps are. Pattern `a`, text "xaay":
 *
 *   isolated               x|a|a|y
 *   removed                x and y; inverted a and a
 *   merged-with-previous   xa|a|y
 *   merged-with-next       x|a|ay
 *   contiguous             x|aa|y
 */
export type SplitBehavior = 'isolated' | 'removed' | 'merged-with-previous' | 'merged-with-next' | 'contiguous'

/** What is in no piece. */
export type Dropped = 'nothing' | 'gaps' | 'matches'

/** Between which neighbours there is no cut. */
export type Joined = 'nothing' | 'gap and match' | 'match and gap' | 'match and match'

export interface Treatment {
  drops: Dropped
  joins: Joined
}

/** What a behavior comes to, in the terms of matches and gaps. */
export const treatmentOf = ({ behavior, invert }: { behavior: SplitBehavior; invert: boolean }): Treatment => {
  switch (behavior) {
    case 'isolated':
      return { drops: 'nothing', joins: 'nothing' }
    case 'removed':
      return { drops: invert ? 'gaps' : 'matches', joins: 'nothing' }
    case 'merged-with-previous':
      return { drops: 'nothing', joins: invert ? 'match and gap' : 'gap and match' }
    case 'merged-with-next':
      return { drops: 'nothing', joins: invert ? 'gap and match' : 'match and gap' }
    case 'contiguous':
      return { drops: 'nothing', joins: 'match and match' }
  }
}
