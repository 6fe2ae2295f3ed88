import { isUtf8 } from 'node:buffer'
import type { ErrorPolicy } from '../types.ts'

/** What is done about rows whose text is no UTF-8. */
export interface InvalidRows {
  errors?: ErrorPolicy
  onError?: 'fail' | 'skip'
}

/** Tells why a row has to be left out because of a text in a field, of this number; undefined: not because of that. */
export type CheckText = (text: Uint8Array, field: number) => string | undefined

/**
 * A row with invalid UTF-8 that is to be left out must be known before a sink is told of it. Undefined: none is to be, and whoever takes the
 * text finds what is invalid.
 */
export const createTextCheck = ({ errors, onError }: InvalidRows, fields: readonly string[]): CheckText | undefined => {
  if (errors !== 'strict' || onError !== 'skip') return undefined
  return (text, field) => (isUtf8(text) ? undefined : `the field ${JSON.stringify(fields[field])} has invalid UTF-8 in it`)
}
