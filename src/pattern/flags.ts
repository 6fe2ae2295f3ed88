import type { Dialect } from './ast.ts'

/** What letters in front of a `:` or `)` turn on or off: `(?i:…)`, `(?x-i)`. */
export interface Flags {
  /** i */
  ignoreCase: boolean
  /** `.` is also \n: s in fancy-regex, m in Oniguruma. */
  dotAll: boolean
  /** `^` and `$` are borders of lines: m in fancy-regex, always on in Oniguruma. */
  multiLine: boolean
  /** White space and # up to the end of a line are no part of the pattern: x */
  extended: boolean
  /** Quantifiers are lazy, and greedy with a `?` after them: U in fancy-regex. */
  swapGreed: boolean
}

export const INITIAL_FLAGS: Readonly<Record<Dialect, Flags>> = {
  oniguruma: { ignoreCase: false, dotAll: false, multiLine: true, extended: false, swapGreed: false },
  'fancy-regex': { ignoreCase: false, dotAll: false, multiLine: false, extended: false, swapGreed: false },
}

const LETTERS: Readonly<Record<Dialect, Readonly<Record<string, keyof Flags>>>> = {
  oniguruma: { i: 'ignoreCase', m: 'dotAll', x: 'extended' },
  'fancy-regex': { i: 'ignoreCase', m: 'multiLine', s: 'dotAll', x: 'extended', U: 'swapGreed' },
}

/** In fancy-regex this letter may be turned on, which it always is: classes are Unicode's. */
const ALWAYS_ON = 'u'

/** Flags after some letters have been turned on, and then others off; undefined if the dialect does not know one of them. */
export const changeFlags = (flags: Flags, dialect: Dialect, on: string, off: string): Flags | undefined => {
  const changed = { ...flags }
  for (const [letters, value] of [
    [on, true],
    [off, false],
  ] as const)
    for (const letter of letters) {
      const flag = LETTERS[dialect][letter]
      if (flag !== undefined) changed[flag] = value
      else if (!(dialect === 'fancy-regex' && letter === ALWAYS_ON && value)) return undefined
    }
  return changed
}
