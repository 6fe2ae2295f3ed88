import { closest } from './closest.ts'
import { PretokError } from './errors.ts'

/*
 * Checks of what a program gives to the library, so that a wrong value never means something else. All throw 'usage'. An option that is
 * undefined is one that was not given.
 */

export const refuse = (name: string, value: unknown, wanted: string): never => {
  throw new PretokError('usage', `${name}: ${shown(value)} is not ${wanted}`)
}

/** How messages show a value, be it what it may. */
export const shown = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  // some objects have no text of their own, and that of others is long, or is that of another value
  if (typeof value === 'object' && value !== null) return Object.prototype.toString.call(value)
  return typeof value === 'bigint' ? `${value}n` : String(value)
}

/** The names of options, each of them. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>

/** Options must be an object, and have no others than these. */
export const checkOptionNames = (options: unknown, known: OptionNames<object>): void => {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return refuse('options', options, 'an object')
  const names = Object.keys(known)
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue
    const near = closest(name, names)
    throw new PretokError(
      'usage',
      `${name}: there is no such option (${near === undefined ? `there are ${names.join(', ')}` : `did you mean ${near}?`})`,
    )
  }
}

export const checkChoice = (name: string, value: unknown, choices: readonly string[]): void => {
  if (value !== undefined && !choices.includes(value as string)) refuse(name, value, `one of ${choices.join(', ')}`)
}

const LARGEST_SIZE = 2 ** 30

export const checkSize = (name: string, value: unknown): void => {
  if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= LARGEST_SIZE))
    refuse(name, value, 'a whole number of bytes from 1 to 2^30')
}

/** A path that is not empty. */
export const checkPath = (name: string, value: unknown): void => {
  if (typeof value !== 'string' || value === '') refuse(name, value, 'a path')
}

export const checkFunction = (name: string, value: unknown): void => {
  if (typeof value !== 'function') refuse(name, value, 'a function')
}

/** One of another realm is one, too. */
export const checkSignal = (value: unknown): void => {
  const { aborted, addEventListener } = Object(value) as Partial<AbortSignal>
  if (value !== undefined && !(typeof aborted === 'boolean' && typeof addEventListener === 'function'))
    refuse('signal', value, 'an AbortSignal')
}

/** Holes count as undefined, which nearly all of an array's own methods would pass over. */
export const isTexts = (value: unknown): value is string[] => Array.isArray(value) && Array.from(value).every((item) => typeof item === 'string')

/** A string would pass for a list of characters. */
export const checkTexts = (name: string, value: unknown, wanted = 'an array of strings'): void => {
  if (!isTexts(value)) throw new PretokError('usage', `${name}: ${wanted} is needed`)
}
