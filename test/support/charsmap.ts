import fc from 'fast-check'
import { keyOf, makeCharsmap } from '../../scripts/bench/sentencePiece.js'

export { keyOf, makeCharsmap }

/** Charsmaps of a few keys, some of which end inside of a character. */
export const anyCharsmap = (character: fc.Arbitrary<string>): fc.Arbitrary<string> => {
  const key = fc
    .tuple(fc.array(character, { minLength: 1, maxLength: 3 }), fc.nat({ max: 2 }))
    .map(([characters, cut]) => keyOf(characters.join('')).slice(0, -cut || undefined))
    .filter((bytes) => bytes !== '')
  const replacement = fc.constantFrom('', 'x', 'e', 'é', '\u0301', '日', ' \u0301', 'longer')
  return fc.array(fc.tuple(key, replacement), { minLength: 1, maxLength: 12 }).map((entries) => makeCharsmap(new Map(entries)))
}
