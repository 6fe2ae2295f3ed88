import { PretokError } from '../errors.ts'
import type { InputFormat } from '../types.ts'
import { COMMA, TAB } from './bytes.ts'

/** What the header tells of the rows. */
export interface CsvHeader {
  /** Those with text, in the order in which they were named, from 0. */
  columns: readonly number[]
  /** Number of fields. */
  width: number
  /** Place behind it. */
  end: number
}

/** The byte between the fields of a table, if none was given. */
export const delimiterOf = (format: InputFormat, given: number | undefined): number => given ?? (format === 'tsv' ? TAB : COMMA)

/** @throws PretokError 'usage' for what cannot stand between fields */
export const parseDelimiter = (text: string): number => {
  const character = text === '\\t' ? '\t' : text
  const byte = character.charCodeAt(0)
  if (character.length === 1 && byte > 0 && byte < 0x80 && !'"\r\n'.includes(character)) return byte
  throw new PretokError(
    'usage',
    `delimiter: ${JSON.stringify(text)} is no character of ASCII that can stand between fields, such as ";" or "\\t"`,
  )
}

export const headerError = (reason: string, at: number, { name }: { name: string }): PretokError =>
  new PretokError('data', `reading ${name}: the header of the table cannot be read: ${reason}, at byte ${at}`)

/** The columns of fields by the names in the header. Throws 'data' for one that is not there, or twice. */
export const columnsOf = (names: readonly string[], { name, textFields }: { name: string; textFields: readonly string[] }): number[] =>
  textFields.map((field) => {
    const wanted = field.replaceAll('\\.', '.')
    const column = names.indexOf(wanted)
    const another = names.indexOf(wanted, column + 1)
    if (column !== -1 && another === -1) return column
    if (column !== -1)
      throw new PretokError(
        'data',
        `reading ${name}: two columns are called ${JSON.stringify(field)}, ${column + 1} and ${another + 1} of ${names.length}; rename one of them in the header`,
      )
    const known = names.map((known) => JSON.stringify(known)).join(', ')
    throw new PretokError('data', `reading ${name}: the header has no column ${JSON.stringify(field)}; it has ${known} (${wayOut(names)})`)
  })

/** A single name with one of these in it is more likely several. */
const wayOut = (names: readonly string[]): string => {
  const [, other] = (names.length === 1 && /([;|\t,])/.exec(names[0])) || []
  return other === undefined ? '--text-field names one' : `--delimiter ${other === '\t' ? "'\\t'" : `'${other}'`} cuts there`
}
