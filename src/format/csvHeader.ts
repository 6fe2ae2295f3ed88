import { PretokError } from '../errors.ts'
import type { InputFormat } from '../types.ts'
import { COMMA, TAB } from './bytes.ts'
import { columnNames, NAMES_TOLD } from './textFields.ts'

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

/** Finds the columns of fields among the names in a header, which are not kept. */
export class ColumnFinder {
  private width = 0
  private readonly firstNames: string[] = []
  /** For each field that is looked for, the columns with its name. */
  private readonly found: { field: string; wanted: string; columns: number[] }[]
  private readonly name: string

  constructor({ name, textFields }: { name: string; textFields: readonly string[] }) {
    this.name = name
    this.found = textFields.map((field) => ({ field, wanted: field.replaceAll('\\.', '.'), columns: [] }))
  }

  /** Takes the name of the next column. */
  add(name: string): void {
    for (const { wanted, columns } of this.found) if (name === wanted && columns.length < 2) columns.push(this.width)
    if (this.width < NAMES_TOLD) this.firstNames.push(name)
    this.width++
  }

  /** Throws 'data' for a field that is not there, or twice. */
  finish(): { columns: number[]; width: number } {
    const { width } = this
    return { columns: this.found.map(({ field, columns }) => this.single(field, columns)), width }
  }

  private single(field: string, [column, another]: readonly number[]): number {
    const { name, width, firstNames } = this
    if (another !== undefined)
      throw new PretokError(
        'data',
        `reading ${name}: two columns are called ${JSON.stringify(field)}, ${column + 1} and ${another + 1} of ${width}; rename one of them in the header`,
      )
    if (column !== undefined) return column
    throw new PretokError(
      'data',
      `reading ${name}: the header has no column ${JSON.stringify(field)}; it has ${columnNames(firstNames, width)} (${wayOut(width, firstNames)})`,
    )
  }
}

/** A single name with one of these in it is more likely several. */
const wayOut = (width: number, [first]: readonly string[]): string => {
  if (/^sep=.?$/i.test(first)) return 'that line is for Excel only: tail -n +2 gets what follows it'
  const [, other] = (width === 1 && /([;|\t,])/.exec(first)) || []
  return other === undefined ? '--text-field names one' : `--delimiter ${other === '\t' ? "'\\t'" : `'${other}'`} cuts there`
}
