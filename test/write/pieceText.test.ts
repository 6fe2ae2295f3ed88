import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pieceToBytes, pieceToString, utf8Length } from '../../src/write/pieceText.ts'
import { piece } from './pieces.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)

describe('pieces as text', () => {
  test('any bytes come back', () => {
    fc.assert(
      fc.property(piece, (bytes) => void expect(pieceToBytes(pieceToString(bytes))).toEqual(bytes)),
      { numRuns: 2000 },
    )
  })

  test('valid UTF-8 is itself, in both directions', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(pieceToString(Buffer.from(text))).toBe(text)
        expect(pieceToBytes(text)).toEqual(Uint8Array.from(Buffer.from(text)))
      }),
    )
  })

  test.each([
    ['a U+FEFF at the start stays', bytes(0xef, 0xbb, 0xbf, 0x61), '\ufeffa'],
    ['a U+FFFD is no error', bytes(0xef, 0xbf, 0xbd), '\ufffd'],
    ['a U+FFFD beside an invalid byte', bytes(0xef, 0xbf, 0xbd, 0xff), '\ufffd\udcff'],
    ['a byte that begins nothing', bytes(0x61, 0xff, 0x62), 'a\udcffb'],
    ['a sequence that is cut off', bytes(0xf0, 0x9f, 0x98), '\udcf0\udc9f\udc98'],
    ['an overlong form', bytes(0xc0, 0x80), '\udcc0\udc80'],
    ['a surrogate in UTF-8', bytes(0xed, 0xa0, 0x80), '\udced\udca0\udc80'],
    ['a number past U+10FFFF', bytes(0xf4, 0x90, 0x80, 0x80), '\udcf4\udc90\udc80\udc80'],
    ['valid text around it', bytes(0xc3, 0xa9, 0x80, 0xc3, 0xa9), 'é\udc80é'],
  ])('%s', (_, piece, text) => {
    expect(pieceToString(piece)).toBe(text)
    expect(pieceToBytes(text)).toEqual(piece)
  })

  test('a part of the bytes', () => {
    expect(pieceToString(Buffer.from('a the é'), 1, 5)).toBe(' the')
    expect(pieceToString(Buffer.from('é'), 0, 1)).toBe('\udcc3')
    expect(pieceToString(new Uint8Array(Buffer.from('xx the')).subarray(2))).toBe(' the')
  })

  test.each([
    ['\ud800', 'D800'],
    ['a\udfff', 'DFFF'],
    ['\udc7f', 'DC7F'],
    ['\udd00', 'DD00'],
    ['\udc80\ud83d', 'D83D'],
  ])('a lone surrogate that stands for no byte is refused: %j', (text, unit) => {
    const message = `piece ${JSON.stringify(text)}: the lone surrogate U+${unit} stands for no byte`
    expect(() => pieceToBytes(text)).toThrow(expect.objectContaining({ code: 'usage', message }))
  })
})

test('utf8Length says what isUtf8 of the platform says', () => {
  const isWalkable = (piece: Uint8Array) => {
    let at = 0
    for (let length; at < piece.length && (length = utf8Length(piece, at, piece.length)) > 0;) at += length
    return at === piece.length
  }
  const EDGES = [...Buffer.from('007f808f909fa0bfc0c1c2dfe0e1ecedeeeff0f1f3f4f5ff', 'hex')]
  for (const a of EDGES)
    for (const b of EDGES)
      for (const c of EDGES)
        for (const d of EDGES)
          for (const piece of [bytes(a), bytes(a, b), bytes(a, b, c), bytes(a, b, c, d)])
            if (isUtf8(piece) !== isWalkable(piece)) expect.fail(`${Buffer.from(piece).toString('hex')}: ${isWalkable(piece)}`)
})
