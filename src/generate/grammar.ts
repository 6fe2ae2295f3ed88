import { below, createZipf, type Random } from './random.ts'
import { slotMark } from './slots.ts'

/** Makes a text. */
export type Rule = (random: Random) => string

export type Rules = Readonly<Record<string, Rule>>

/** One of the texts, all equally likely. */
export const oneOf =
  (...texts: readonly string[]): Rule =>
  (random) =>
    texts[below(random, texts.length)]

/** One of the words, earlier ones more likely, by Zipf's law. */
export const zipfOf = (words: readonly string[]): Rule => {
  const draw = createZipf(words.length)
  return (random) => words[draw(random)]
}

/** The words of a line, for lists that read well in the source. */
export const wordsOf = (line: string): string[] => line.trim().split(/\s+/)

/** The lines of a text, without the indentation that they have in the source. */
export const linesOf = (text: string): string[] => text.trim().split(/\n\s*/)

/** Texts of several lines each, with a line of %% between two. */
export const blocksOf = (text: string): string[] => text.replace(/^\n|\n$/g, '').split('\n%%\n')

export const capitalize = (text: string): string => {
  const [first = ''] = text
  return first.toUpperCase() + text.slice(first.length)
}

const REFERENCE = /@(?:(@)|\{(\w+)\}|([A-Za-z][A-Za-z0-9]*))/g

/**
 * Replaces references in a text until there are none: `@noun` or `@{noun}` by what the rule `noun` makes, `@Noun` by the same with a
 * capital letter, `@@` by an at sign, and the name of a slot by the slot's mark: that is filled anew each time the text is used.
 */
export const expand = (rules: Rules, text: string, random: Random): string =>
  text.replace(REFERENCE, (reference, at: string | undefined, braced: string | undefined, plain: string | undefined) => {
    if (at !== undefined) return at
    const name = braced ?? plain ?? ''
    const rule = rules[name]
    if (rule !== undefined) return expand(rules, rule(random), random)
    const mark = slotMark(name)
    if (mark !== undefined) return mark
    const lower = rules[name[0].toLowerCase() + name.slice(1)]
    if (lower === undefined) throw new RangeError(`no rule for ${reference} in "${text}"`)
    return capitalize(expand(rules, lower(random), random))
  })
