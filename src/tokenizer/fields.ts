import { PretokError } from '../errors.ts'

/*
 * Reading JSON that somebody else wrote: each value knows the file it is from and its path there, so that an error can say
 * `tokenizer.json: pre_tokenizer.pretokenizers[1].type is "Foo"`.
 */

/** A value of a JSON document. `value` is undefined for a field that is not there. */
export interface Field {
  value: unknown
  /** As in `pre_tokenizer.pretokenizers[1]`; empty for the document. */
  path: string
  /** What the document is called in messages. */
  file: string
}

/** Runs what throws of its own accord, and adds the file and the place in it to what it throws. */
export const inPlace = ({ file, path }: Field, read: () => void): void => {
  try {
    read()
  } catch (error) {
    if (!(error instanceof PretokError)) throw error
    throw new PretokError(error.code, `reading ${file}: ${path}: ${error.message}`, { cause: error })
  }
}

type Fields = Readonly<Record<string, unknown>>

const LONGEST_QUOTE = 60

const quote = (value: unknown): string => {
  if (value === undefined) return 'missing'
  const text = JSON.stringify(value)
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text
}

/** Throws 'tokenizer': the value cannot be; `wanted` says what can. */
export const refuse = ({ file, path, value }: Field, wanted: string): never => {
  throw new PretokError('tokenizer', `reading ${file}: ${path === '' ? 'the document' : path} is ${quote(value)}; ${wanted}`)
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

const objectOf = (parent: Field): Fields => (isObject(parent.value) ? parent.value : refuse(parent, 'an object is needed'))

/** A field of an object. Throws 'tokenizer' if the parent is none. */
export const field = (parent: Field, name: string): Field => ({
  value: Object.hasOwn(objectOf(parent), name) ? objectOf(parent)[name] : undefined,
  path: parent.path === '' ? name : `${parent.path}.${name}`,
  file: parent.file,
})

export const fieldNames = (parent: Field): string[] => Object.keys(objectOf(parent))

export const isMissing = ({ value }: Field): boolean => value === undefined
export const isMissingOrNull = ({ value }: Field): boolean => value === undefined || value === null

export const items = (list: Field): Field[] =>
  Array.isArray(list.value)
    ? list.value.map((value: unknown, i) => ({ value, path: `${list.path}[${i}]`, file: list.file }))
    : refuse(list, 'a list is needed')

/** A flag; `whenMissing` is for a field that is not there, and null is refused, as serde has it. */
export const flag = (given: Field, whenMissing?: boolean): boolean => {
  if (typeof given.value === 'boolean') return given.value
  return isMissing(given) && whenMissing !== undefined ? whenMissing : refuse(given, 'true or false is needed')
}

export const text = (given: Field): string =>
  typeof given.value === 'string' && given.value.isWellFormed() ? given.value : refuse(given, 'a text is needed')

/** A text of one code point. */
export const character = (given: Field): string => {
  const value = text(given)
  return [...value].length === 1 ? value : refuse(given, 'one character is needed')
}

/** The entry of `choices` that a text names. */
export const choice = <Value>(given: Field, choices: Readonly<Record<string, Value>>, whenMissing?: Value): Value => {
  if (isMissing(given) && whenMissing !== undefined) return whenMissing
  if (typeof given.value === 'string' && Object.hasOwn(choices, given.value)) return choices[given.value]
  return refuse(given, `there are ${Object.keys(choices).join(', ')}`)
}
