import { PretokError } from '../errors.ts'

/* Fields that hold the text, by their paths: `text`, `meta.title`; `\.` is a dot in a name. */

/** The JSON kernel has a bit for each. */
const MAX_FIELDS = 32

/** The fields that an option names. */
export const textFieldsOf = ({ textField = 'text' }: { textField?: string | readonly string[] | undefined }): readonly string[] =>
  typeof textField === 'string' ? [textField] : textField

/** So many names of columns are told in an error: there may be millions. */
export const NAMES_TOLD = 100

/**
 * The names of a file's columns, in errors.
 *
 * @param first NAMES_TOLD of them at least, or all
 */
export const columnNames = (first: readonly string[], count: number): string => {
  const told = first.slice(0, NAMES_TOLD).map((name) => JSON.stringify(name))
  return told.join(', ') + (count > NAMES_TOLD ? ` and ${count - NAMES_TOLD} others` : '')
}

/**
 * The names on the way to each field.
 *
 * @throws PretokError 'usage' for paths that cannot be, and for two of which one lies inside the other
 */
export const parseFields = (fields: readonly string[]): string[][] => {
  if (fields.length === 0 || fields.length > MAX_FIELDS) throw new PretokError('usage', `textField: 1 to ${MAX_FIELDS} fields are needed`)
  const paths = fields.map((field) =>
    field.split(/(?<!\\)\./).map((name) => {
      if (name === '') throw new PretokError('usage', `textField: ${JSON.stringify(field)} has an empty name in it`)
      return name.replaceAll('\\.', '.')
    }),
  )
  paths.forEach((path, i) =>
    paths.forEach((other, k) => {
      if (i !== k && path.every((name, depth) => name === other[depth]))
        throw new PretokError('usage', `textField: ${JSON.stringify(fields[k])} lies in ${JSON.stringify(fields[i])}, or is the same`)
    }),
  )
  return paths
}
