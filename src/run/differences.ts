import type { Sample } from '../select/sample.ts'
import type { AddedToken } from '../types.ts'
import type { Definition, HashedSource } from './definition.ts'

/** What differs between the definition of a run folder and another one. */
export interface Differences {
  /** What makes it another run, in words. */
  others: string[]
  /** The numbers of sources that are not what they were, and what is different, in words. */
  changed: Map<number, string>
}

const differ = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b)

export const differencesOf = (there: Definition, now: Definition): Differences => {
  const found: string[] = []
  if (there.rules !== now.rules) found.push(`the version of pretok's rules: ${there.rules} there, ${now.rules} now`)
  if (there.engine !== now.engine) found.push(`the engine: ${there.engine} there, ${now.engine} now`)
  if (differ(there.pipeline, now.pipeline)) found.push(`the tokenizer: ${there.pipeline.name} there, ${now.pipeline.name} now`)
  if (differ(there.addedTokens, now.addedTokens)) found.push(`the special or added tokens: ${tokenDifference(there, now)}`)
  const [before, after] = [optionsOf(there), optionsOf(now)]
  for (const name of Object.keys({ ...before, ...after })) {
    if (differ(before[name], after[name]))
      found.push(`the option ${name}: ${inWords(before[name])} there, ${inWords(after[name])} now`)
  }
  const others = [...found, ...inputDifferences(there, now)]
  return { others, changed: others.length > 0 ? new Map() : changedSources(there, now) }
}

const optionsOf = ({ reading, format, pieces }: Definition): Record<string, unknown> => ({ ...reading, format, ...pieces })

/** The value of an option; a sample is two. */
const inWords = (value: unknown): string => {
  if (value === undefined) return 'not given'
  const { fraction, seed } = Object(value) as Partial<Sample>
  return fraction === undefined ? JSON.stringify(value) : `${fraction} with seed ${seed}`
}

const MOST_NAMED = 3

const tokenDifference = ({ addedTokens: there }: Definition, { addedTokens: now }: Definition): string => {
  const only = (tokens: readonly AddedToken[], others: readonly AddedToken[]): string => {
    const contents = new Set(others.map((token) => JSON.stringify(token)))
    const left = tokens.filter((token) => !contents.has(JSON.stringify(token))).map(({ content }) => JSON.stringify(content))
    if (left.length === 0) return 'none'
    return left.slice(0, MOST_NAMED).join(', ') + (left.length > MOST_NAMED ? ` and ${left.length - MOST_NAMED} more` : '')
  }
  return `${only(there, now)} only there, ${only(now, there)} only now`
}

/** What is told of the list of inputs, whatever is in them. */
const inputDifferences = ({ sources: there }: Definition, { sources: now }: Definition): string[] => {
  const before = new Set(there.map(({ path }) => path))
  const paths = new Set(now.map(({ path }) => path))
  const found = [
    ...now.filter(({ path }) => !before.has(path)).map(({ path }) => `the input ${path} is not in the plan`),
    ...there.filter(({ path }) => !paths.has(path)).map(({ path }) => `the input ${path} is missing`),
  ]
  if (found.length === 0 && there.some(({ path }, i) => path !== now[i].path)) found.push('the order of the inputs')
  return found
}

const changedSources = ({ sources: there }: Definition, { sources: now }: Definition): Map<number, string> =>
  new Map(now.flatMap((source, number) => (differ(there[number], source) ? [[number, changeOf(there[number], source)]] : [])))

const changeOf = (old: HashedSource, { path, size, sample, modified, format, compression }: HashedSource): string => {
  if (old.size !== size) return `the input ${path} had ${old.size} bytes and has ${size} now`
  if (old.sample !== sample) return `the input ${path} has other text than when it was planned`
  if (old.modified !== modified) return `the input ${path} was written to since it was planned`
  return `the input ${path} is read as ${format} (compression: ${compression}), not as ${old.format} (compression: ${old.compression})`
}
