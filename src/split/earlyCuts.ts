import type { SplitStage, Stage } from '../types.ts'

/*
 * Metaspace behind other cuts (Punctuation, WhitespaceSplit) rewrites each piece, and cuts what came of it in front of each mark. Pieces are rewritten apart
 * from the text, once for each distinct one, so that is less work if they are words than if they are all that stands between two commas.
 */

/**
 * Stages that give the same pieces, with the cuts of such a Metaspace before it rewrites: in front of each space, which becomes a mark, and of each mark
 * that is in the text. (A mark is put in front of the first part only: all others begin with one.) Undefined if there is no Metaspace behind cuts.
 */
export const withEarlyCuts = (stages: readonly Stage[]): readonly Stage[] | undefined => {
  const at = stages.findIndex(({ kind }) => kind !== 'split')
  if (at < 1) return undefined
  const [replace, next] = stages.slice(at)
  const prepend = next?.kind === 'prepend' ? [next] : []
  const [cut, ...rest] = stages.slice(at + 1 + prepend.length)
  if (replace.kind !== 'replace' || !isCharacter(replace.from) || !isCharacter(replace.to)) return undefined
  if (prepend.some(({ text }) => text !== replace.to)) return undefined
  if (cut?.kind !== 'split' || !isInFrontOf(cut, replace.to)) return undefined
  const early = { ...cut, pattern: `[${escaped(replace.from)}${escaped(replace.to)}]` }
  return [...stages.slice(0, at), early, replace, ...prepend, ...rest]
}

const isCharacter = (text: string): boolean => [...text].length === 1

/** Whether a stage cuts in front of each of these characters, and nowhere else. */
const isInFrontOf = ({ pattern, behavior, invert }: SplitStage, character: string): boolean =>
  behavior === 'merged-with-next' && !invert && pattern === (/[\\^$.*+?()[\]{}|&~#-]/.test(character) ? `\\${character}` : character)

const escaped = (character: string): string => `\\x{${character.codePointAt(0)!.toString(16)}}`
