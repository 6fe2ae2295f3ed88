import type { CommandModule, Options } from 'yargs'
import { PretokError } from '../errors.ts'
import { STANDARD_INPUT, STANDARD_INPUT_DEVICE } from '../read/inputNames.ts'

/*
 * The words of a command line, read before yargs reads them, and given to it in the one form that it cannot take for anything else:
 * `--name=value`. By itself it takes `--resume=yes` for no, `true` behind a flag for its value, `-nq` for -n without a value and -q, and it
 * loses a `-` among files.
 */

/** The options of a command. */
export interface Grammar {
  /** Long names by long and short ones. */
  names: ReadonlyMap<string, string>
  /** Options without a value. */
  flags: ReadonlySet<string>
  numbers: ReadonlySet<string>
  choices: ReadonlyMap<string, readonly string[]>
  /** Whether there may be several operands. */
  isVariadic: boolean
}

export const grammarOf = (command: CommandModule): Grammar => {
  const options = Object.entries(optionsOf(command))
  const names = new Map([...options.flatMap(([name, { alias }]) => [name, ...[alias ?? []].flat()].map((one) => [one, name] as const)), ...HELP])
  const ofType = (wanted: Options['type']): string[] => options.filter(([, { type }]) => type === wanted).map(([name]) => name)
  return {
    names,
    flags: new Set(['help', ...ofType('boolean')]),
    numbers: new Set(ofType('number')),
    choices: new Map(options.flatMap(([name, { choices }]) => (choices === undefined ? [] : [[name, choices.map(String)] as const]))),
    isVariadic: String(command.command).includes('..'),
  }
}

const HELP = [
  ['help', 'help'],
  ['h', 'help'],
] as const

/** What the command tells yargs of its options, told to a stand-in: to ask a second yargs would take 10 ms. */
const optionsOf = (command: CommandModule): Record<string, Options> => {
  const found: Record<string, Options> = {}
  const standIn: object = new Proxy(
    {},
    {
      get: (_, method) => (given: Record<string, Options>) => {
        if (method === 'options') Object.assign(found, given)
        return standIn
      },
    },
  )
  ;(command.builder as (yargs: object) => object)(standIn)
  return found
}

/** An option as it stands in a word, such as `-n`. */
interface Given {
  typed: string
  name: string
  value: string | undefined
}

/** The words as yargs is to have them. Throws 'usage' for a value that is missing, or is none, and for one of a flag. */
export const plainWords = (words: readonly string[], grammar: Grammar): string[] => {
  const plain: string[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === '--') return [...plain, ...words.slice(i)]
    const given = looksLikeOption(word) ? optionsIn(word, grammar) : undefined
    if (given === undefined) {
      plain.push(word === STANDARD_INPUT && grammar.isVariadic ? STANDARD_INPUT_DEVICE : word)
      continue
    }
    const last = given.at(-1)!
    if (!grammar.flags.has(last.name)) last.value ??= valueIn(words[++i], last.typed)
    plain.push(...given.map((option) => plainOption(option, grammar)))
  }
  return plain
}

/** What begins with - and is neither that alone nor a number. */
const looksLikeOption = (word: string): boolean => /^-[^\d]/.test(word)

/** The options in a word; undefined if one is not known, which yargs tells. */
const optionsIn = (word: string, grammar: Grammar): Given[] | undefined => {
  const [, long, value] = /^--([^=]+)(?:=([^]*))?$/.exec(word) ?? []
  if (long === undefined) return lettersIn(word.slice(1), grammar)
  const name = long.length > 1 ? grammar.names.get(long) : undefined
  return name === undefined ? undefined : [{ typed: `--${long}`, name, value }]
}

/** Flags, and then perhaps an option whose value is all that follows. */
const lettersIn = (letters: string, grammar: Grammar): Given[] | undefined => {
  const given: Given[] = []
  for (let at = 0; at < letters.length; at++) {
    const name = grammar.names.get(letters[at])
    if (name === undefined) return undefined
    const rest = letters.slice(at + 1)
    const hasValue = rest.startsWith('=') || (!grammar.flags.has(name) && rest !== '')
    given.push({ typed: `-${letters[at]}`, name, value: hasValue ? rest.replace(/^=/, '') : undefined })
    if (hasValue) break
  }
  return given
}

/** The value of an option in the word behind it. */
const valueIn = (word: string | undefined, typed: string): string => {
  if (word === undefined) throw new PretokError('usage', `${typed} needs a value`)
  if (!looksLikeOption(word)) return word
  const quoted = /^[\w./=:,-]*$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
  throw new PretokError('usage', `${typed} needs a value; one that begins with - is written ${typed}=${quoted}`)
}

const plainOption = ({ typed, name, value }: Given, { flags, numbers, choices }: Grammar): string => {
  if (flags.has(name)) {
    if (value !== undefined) throw new PretokError('usage', `${typed} takes no value, and ${JSON.stringify(value)} was given`)
    return name === 'help' ? '--help' : `--${name}=true`
  }
  const refuse = (needed: string): never => {
    throw new PretokError('usage', `--${name} ${JSON.stringify(value)}: ${needed} is needed`)
  }
  if (numbers.has(name) && (value!.trim() === '' || Number.isNaN(Number(value)))) refuse('a number')
  const ones = choices.get(name)
  if (ones?.includes(value!) === false) refuse(inWords(ones))
  return `--${name}=${value}`
}

const inWords = (choices: readonly string[]): string => choices.join(', ').replace(/, (?=[^,]*$)/, ' or ')
