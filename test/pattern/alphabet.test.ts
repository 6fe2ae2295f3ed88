import { describe, expect, test } from 'vitest'
import { createAlphabet } from '../../src/pattern/alphabet.ts'
import type { Node } from '../../src/pattern/ast.ts'
import { children } from '../../src/pattern/nodes.ts'
import { parsePattern } from '../../src/pattern/parse.ts'
import { has, type CodePointSet } from '../../src/unicode/codePointSet.ts'
import { PRESET_STAGES } from '../support/stages.ts'

const setsOf = (node: Node): CodePointSet[] => (node.type === 'set' ? [node.set] : children(node).flatMap(setsOf))

describe.each(PRESET_STAGES)('%s', (_, { pattern, dialect }) => {
  const { root } = parsePattern(pattern, dialect)
  const alphabet = createAlphabet(root)

  test('each code point is a letter of exactly the sets that it is in', () => {
    const codePoints = Array.from({ length: 0x110000 }, (_, c) => c).filter(
      (c) => (c < 0xd800 || c >= 0xe000) && (c < 0x3000 || c % 13 === 0),
    )
    const text = Buffer.from(codePoints.map((c) => String.fromCodePoint(c)).join(''))
    const spelled = alphabet.spell(text, 0, text.length)
    expect(spelled.length).toBe(codePoints.length)
    for (const set of setsOf(root)) {
      const letters = new Set(alphabet.classesOf(set))
      expect(codePoints.filter((c, i) => letters.has(spelled.charCodeAt(i)) !== has(set, c))).toEqual([])
    }
  })

  test('the alphabet is small', () => expect(alphabet.size).toBeLessThanOrEqual(32))
})

test('more than 256 classes work, too', () => {
  const characters = Array.from({ length: 400 }, (_, i) => String.fromCodePoint(0x4e00 + i))
  const { root } = parsePattern(characters.join('|'), 'oniguruma')
  const alphabet = createAlphabet(root)
  expect(alphabet.size).toBe(401)
  const text = Buffer.from(characters.join(''))
  expect(new Set(alphabet.spell(text, 0, text.length)).size).toBe(400)
})
