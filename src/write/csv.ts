import type { Codec } from './codec.ts'
import { makeEscapes } from './rows.ts'
import { END, type Scanner } from './scanner.ts'

/*
 * RFC 4180, two columns under a header, rows that end in \n:
 *
 *   piece,count
 *   " the",48211
 *   """",9120
 *
 * A piece is always quoted, a quote in it doubled; all other bytes are written as they are, line ends and invalid UTF-8 too. Read with or
 * without quotes (without, a piece ends at the comma) and with \r\n.
 */

const QUOTE = 0x22
const COMMA = 0x2c
const NEWLINE = 0x0a

const ESCAPES = makeEscapes((byte) => (byte === QUOTE ? '""' : String.fromCharCode(byte)))

const readQuoted = (input: Scanner): void => {
  input.skip()
  for (;;) {
    const byte = input.peek()
    if (byte === END) throw input.expected('a closing quote')
    input.skip()
    if (byte === QUOTE && !input.take('"')) return
    input.put(byte)
  }
}

const readBare = (input: Scanner): void => {
  for (let byte; (byte = input.peek()) !== COMMA;) {
    if (byte === END || byte === NEWLINE || byte === QUOTE) throw input.expected('a comma and a count')
    input.put(byte)
    input.skip()
  }
}

export const csv: Codec = {
  layout: { start: 'piece,count\n', separator: '', before: '"', escapes: ESCAPES, between: '",', after: '\n', end: '' },

  readStart: (input) => {
    if (!input.take('"piece","count"')) input.expect('piece,count', 'the header "piece,count"')
    input.expectLineEnd()
  },
  readEntry: (input) => {
    if (input.peek() === END) return false
    input.beginPiece()
    if (input.peek() === QUOTE) readQuoted(input)
    else readBare(input)
    input.expect(',', 'a comma and a count')
    input.readCount()
    input.expectLineEnd()
    return true
  },
}
