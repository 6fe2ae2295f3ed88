import fc from 'fast-check'
import { expect, test } from 'vitest'
import { areDisjoint, complement, difference, EVERYTHING, fromRanges, has, intersection, union, type CodePointSet } from '../../src/unicode/codePointSet.ts'

/** Where sets may begin and end, those of the universe and of the surrogates among them. */
const BORDERS = [0, 1, 5, 0x61, 0x62, 0xd7ff, 0xd800, 0xe000, 0xe001, 0x10000, 0x10ffff, 0x110000]
/** A code point of each stretch between them. */
const SAMPLES = BORDERS.slice(0, -1).filter((at) => has(EVERYTHING, at))

const border = fc.constantFrom(...BORDERS)
const anySet: fc.Arbitrary<CodePointSet> = fc.array(fc.tuple(border, border), { maxLength: 5 }).map(fromRanges)

/** Sorted, disjoint, and not touching each other, without surrogates. */
const isWellFormed = (set: CodePointSet): boolean =>
  set.length % 2 === 0 && set.every((at, i) => i === 0 || set[i - 1] < at) && !has(set, 0xd800) && !has(set, 0xdfff) && (set.at(-1) ?? 0) <= 0x110000

const expectMembers = (set: CodePointSet, isMember: (codePoint: number) => boolean): void => {
  expect([set, isWellFormed(set)]).toEqual([set, true])
  expect(SAMPLES.filter((at) => has(set, at))).toEqual(SAMPLES.filter(isMember))
}

test('sets of two, and of everything else', () => {
  fc.assert(
    fc.property(anySet, anySet, (a, b) => {
      expectMembers(union(a, b), (at) => has(a, at) || has(b, at))
      expectMembers(intersection(a, b), (at) => has(a, at) && has(b, at))
      expectMembers(difference(a, b), (at) => has(a, at) && !has(b, at))
      expectMembers(complement(a), (at) => !has(a, at))
      expect(areDisjoint(a, b)).toBe(intersection(a, b).length === 0)
    }),
    { numRuns: 1000 },
  )
})

test('unions of any number', () => {
  fc.assert(
    fc.property(fc.array(anySet, { maxLength: 6 }), (sets) => {
      expectMembers(union(...sets), (at) => sets.some((set) => has(set, at)))
    }),
    { numRuns: 1000 },
  )
})
