import type { CodePointSet } from '../unicode/codePointSet.ts'

/*
 * A pattern as a tree. The parser has already settled everything that depends on dialect, flags and Unicode: a `set` is the final set of
 * code points, `\b` and the anchors are look-arounds, and case-insensitive parts are sets closed over case.
 * `at` is the offset (UTF-16 code units) of the construct in the pattern's text, for error messages.
 */
export type Node =
  | SetNode
  | SequenceNode
  | AlternationNode
  | RepeatNode
  | GroupNode
  | AtomicNode
  | LookNode
  | TextBorderNode
  | SearchStartNode
  | BackreferenceNode

/** One code point out of a set. */
export interface SetNode {
  type: 'set'
  set: CodePointSet
}

/** Parts one after another; no parts match the empty string. */
export interface SequenceNode {
  type: 'sequence'
  parts: readonly Node[]
}

/** The first branch that leads to a match wins (leftmost-first, as in Perl). */
export interface AlternationNode {
  type: 'alternation'
  branches: readonly Node[]
}

/** `max` may be Infinity. */
export interface RepeatNode {
  type: 'repeat'
  body: Node
  min: number
  max: number
  greedy: boolean
}

/** A capturing group; `index` counts from 1. */
export interface GroupNode {
  type: 'group'
  body: Node
  index: number
}

/** `(?>…)` and the possessive quantifiers: once matched, never tried another way. */
export interface AtomicNode {
  type: 'atomic'
  body: Node
}

export interface LookNode {
  type: 'look'
  ahead: boolean
  negative: boolean
  body: Node
  at: number
}

/** Start or end of the text (of the document, or of the earlier stage's piece). */
export interface TextBorderNode {
  type: 'textBorder'
  border: 'start' | 'end'
}

/**
 * `\G`, where the search for this match began: where the match before ended, or after the code point that an empty match stepped over, or
 * at the start of the text. The parser lets it stand only where nothing has been taken yet.
 */
export interface SearchStartNode {
  type: 'searchStart'
  at: number
}

export interface BackreferenceNode {
  type: 'backreference'
  index: number
  /** As it is written. */
  text: string
  ignoreCase: boolean
  at: number
}

/** Oniguruma: the regex engine of HF tokenizers (tokenizer.json). fancy-regex: that of tiktoken. */
export type Dialect = 'oniguruma' | 'fancy-regex'

export interface Pattern {
  text: string
  dialect: Dialect
  root: Node
}
