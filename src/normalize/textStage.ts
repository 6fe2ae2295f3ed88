import type { CharacterMap, QuickCheckClasses } from './codePointTable.ts'
import type { Pairs } from './pairs.ts'

/** Takes text on its way: whole code points, valid only until the call returns. */
export type Emit = (text: Buffer) => void

/** Rewrites the text of a section (a document, or what is between two added tokens) as a tokenizer does before it cuts it. */
export interface TextStage {
  /** Takes text of the current section (whole code points) and hands on what is final by now. */
  push(text: Buffer): void
  /** The section ends: hands on the rest. What is pushed next is a new section. */
  end(): void
}

/** What replaces runs of characters by a text. */
export interface RunStage extends TextStage {
  /** Whether what came out last is the text for a run, which may go on. */
  isInRun: boolean
}

/** Runs of code points of a set, at least so many in a row, become a text. */
export interface Runs {
  set: readonly number[]
  content: string
  least: 1 | 2
  /** Starts replacing runs of one and more. */
  start(emit: Emit): RunStage
}

/** One step of normalization: a kind of stage. */
export interface Step {
  start(emit: Emit): TextStage
  /**
   * Whether text can be cut in front of this code point, whatever is around it: both sides, each rewritten on its own, give what the whole
   * gives. Left out where a step has no such places.
   */
  canCutBefore?(codePoint: number): boolean
  /** Whether this code point stays, has nothing to do with what is around it, and no other becomes it. Left out where none does. */
  keeps?(codePoint: number): boolean
  // What it does where that is sure of each code point, whatever is around it (sureText.ts); a step that does something else has none of these.
  /** It is this map. */
  map?: CharacterMap
  /** It does nothing but by character to text that passes this quick check, and so to each part of it. */
  classes?: QuickCheckClasses
  /** Beside such a check: whether it is sure of a text of several code points as a whole, though not of each. */
  settles?(text: string): boolean
  /** Beside such a check: what then becomes of each code point; left out where all stay. */
  mapped?: CharacterMap
  /** Beside such a check: what each code point becomes by itself; what then is still to be done is to bring marks into order. */
  decomposition?: (() => CharacterMap) | undefined
  /** It takes white space off the ends of sections. */
  strips?: { left: boolean; right: boolean }
  /** It replaces runs. */
  runs?: Runs
  /** It replaces this text by another one. */
  replaces?: { literal: string; content: string }
  /** What the kernel composes code points by that do not pass. */
  pairs?: Pairs | undefined
  /** It puts this in front of each section that is not empty, or of each that does not begin with it. */
  prefix?: { text: string; unlessThere: boolean }
}
