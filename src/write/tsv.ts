import type { Codec } from './codec.ts'
import { makeEscapes } from './rows.ts'
import { END, type Scanner } from './scanner.ts'

/*
 * Two columns under a header, one entry a line, always valid UTF-8:
 *
 *   piece→count
 *    the→48211
 *   \n→1207
 *
 * In a piece, `\\`, `\t`, `\n` and `\r` stand for backslash, tab and line ends; `\xHH` for every other control character of ASCII and for
 * every byte that is not valid UTF-8. So a tab is always a border, and a line always an entry.
 */

const LETTERS = new Map([
  [0x5c, '\\'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0d, 'r'],
])
const BYTES = new Map([...LETTERS].map(([byte, letter]) => [letter.charCodeAt(0), byte]))

const ESCAPES = makeEscapes((byte) => {
  if (LETTERS.has(byte)) return `\\${LETTERS.get(byte)}`
  return byte < 0x20 || byte >= 0x7f ? `\\x${byte.toString(16).padStart(2, '0')}` : String.fromCharCode(byte)
})

const TAB = 0x09
const BACKSLASH = 0x5c
const LETTER_X = 0x78

const readEscape = (input: Scanner): void => {
  input.skip()
  const letter = input.peek()
  const byte = BYTES.get(letter)
  if (byte === undefined && letter !== LETTER_X) throw input.expected('\\, t, n, r or x behind the backslash')
  input.skip()
  input.put(byte ?? input.readHexadecimal(2))
}

export const tsv: Codec = {
  layout: { start: 'piece\tcount\n', separator: '', before: '', escapes: ESCAPES, between: '\t', after: '\n', end: '' },

  readStart: (input) => {
    input.expect('piece\tcount', 'the header "piece\\tcount"')
    input.expectLineEnd()
  },
  readEntry: (input) => {
    if (input.peek() === END) return false
    input.beginPiece()
    for (let byte; (byte = input.peek()) !== TAB;)
      if (byte === BACKSLASH) readEscape(input)
      else if (byte === 0x0a) throw input.expected('a tab and a count')
      else input.takeCharacter(byte)
    input.skip()
    input.readCount()
    input.expectLineEnd()
    return true
  },
}
