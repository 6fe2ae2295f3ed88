import type { Codec } from './codec.ts'
import { ESCAPES, readString } from './json.ts'
import { END, type Scanner } from './scanner.ts'

/*
 * One JSON object a line:
 *
 *   {"piece":" the","count":48211}
 *
 * Read in either order of the keys and with any white space.
 */

const readMember = (input: Scanner): 'piece' | 'count' => {
  input.skipSpace()
  const key = input.take('"piece"') ? 'piece' : input.take('"count"') ? 'count' : undefined
  if (key === undefined) throw input.expected('the key "piece" or "count"')
  input.skipSpace()
  input.expect(':')
  input.skipSpace()
  if (key === 'piece') readString(input)
  else input.readCount()
  input.skipSpace()
  return key
}

export const jsonl: Codec = {
  layout: { start: '', separator: '', before: '{"piece":"', escapes: ESCAPES, between: '","count":', after: '}\n', end: '' },

  readStart: () => {},
  readEntry: (input, isFirst) => {
    if (!isFirst && input.peek() !== END) input.expectLineEnd()
    input.skipSpace()
    if (input.peek() === END) return false
    input.expect('{')
    const key = readMember(input)
    input.expect(',')
    if (readMember(input) === key) throw input.pieceError(`"${key}" is there twice`)
    input.expect('}')
    return true
  },
}
