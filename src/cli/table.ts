import { pieceToString } from '../write/pieceText.ts'

/*
 * Tables for people, on a terminal of 100 columns.
 */

/** Lays out cells in columns two blanks apart; `alignment` has one of l and r for each column. */
export const layOut = (rows: readonly (readonly string[])[], alignment: string): string => {
  const widths = [...alignment].map((_, column) => rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0))
  const cell = (text: string, column: number) => (alignment[column] === 'r' ? text.padStart(widths[column]) : text.padEnd(widths[column]))
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n')
}

/** A whole number with commas. (toLocaleString takes 5 ms the first time.) */
export const integer = (value: number): string => String(value).replace(/\B(?=(?:\d{3})+$)/g, ',')

export const plural = (count: number, noun: string): string => `${integer(count)} ${noun}${count === 1 ? '' : 's'}`

/** A part of a whole in percent; "0.00%" only if it is nothing. */
export const percent = (part: number, whole: number): string => {
  const share = whole === 0 ? 0 : (100 * part) / whole
  return share > 0 && share < 0.005 ? '<0.01%' : `${share.toFixed(2)}%`
}

/** Whatever cannot be seen, or would move the cursor: controls, format characters, all white space but the blank, lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu
const WIDE = /[\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u
const PIECE_WIDTH = 50

const escape = (characters: string): string =>
  characters.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** A piece as a JSON string in which nothing is invisible, cut to `width` columns. */
export const showPiece = (piece: Uint8Array, width = PIECE_WIDTH): string => {
  // a column takes four bytes at most: what lies beyond is cut in any case, and may be 64 MiB
  const shown = JSON.stringify(pieceToString(piece, 0, Math.min(piece.length, 4 * width))).replace(UNSEEN, escape)
  let columns = 0
  let fitting = ''
  for (const character of shown) {
    columns += WIDE.test(character) ? 2 : 1
    if (columns < width) fitting += character
  }
  return columns <= width ? shown : `${fitting}…`
}
