import { PretokError } from '../errors.ts'

const UNITS = new Map(
  Object.entries({
    b: 1,
    kb: 1e3,
    mb: 1e6,
    gb: 1e9,
    tb: 1e12,
    kib: 2 ** 10,
    mib: 2 ** 20,
    gib: 2 ** 30,
    tib: 2 ** 40,
  }),
)

const SIZE = /^(\d+(?:\.\d+)?|\.\d+)\s*([a-z]*)$/i

const refuse = (optionName: string, text: string, why: string): never => {
  throw new PretokError('usage', `${optionName} ${JSON.stringify(text)}: ${why}`)
}

/** `10M` means 10⁶ to some programs and 2²⁰ to others. */
const explainUnit = (optionName: string, text: string, unit: string): never => {
  const letter = unit[0].toUpperCase()
  if (/^[kmgt]$/i.test(unit)) {
    const decimal = letter === 'K' ? 'k' : letter
    refuse(optionName, text, `write ${decimal}B (a power of 1,000) or ${letter}iB (a power of 1,024)`)
  }
  return refuse(optionName, text, `there is no unit ${JSON.stringify(unit)}; there are B, kB, MB, GB, TB and KiB, MiB, GiB, TiB`)
}

/**
 * The number of bytes that a text such as `500kB`, `10MB`, `1.5GiB` or `4096` means, rounded to a whole one. Units do not depend on case.
 * Throws 'usage' for anything else, naming the option.
 */
export const parseSize = (text: string, optionName: string): number => {
  const match = SIZE.exec(text.trim())
  if (match === null) return refuse(optionName, text, 'a size is needed, such as 500kB, 10MB or 1.5GiB')
  const [, amount, unit] = match
  const factor = unit === '' ? 1 : UNITS.get(unit.toLowerCase())
  if (factor === undefined) return explainUnit(optionName, text, unit)
  const bytes = Math.round(Number(amount) * factor)
  return Number.isSafeInteger(bytes) ? bytes : refuse(optionName, text, 'that is more than any file can hold')
}

const SCALE = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** A number of bytes for people: `1.2 GB`. Powers of 1,000, one decimal below 100. */
export const formatBytes = (bytes: number): string => {
  let amount = Math.abs(bytes)
  let scale = 0
  // What would round to 1000 belongs to the next unit.
  while (amount >= 999.5 && scale < SCALE.length - 1) {
    amount /= 1000
    scale++
  }
  const digits = scale === 0 || amount >= 99.95 ? 0 : 1
  return `${bytes < 0 ? '-' : ''}${amount.toFixed(digits)} ${SCALE[scale]}`
}
