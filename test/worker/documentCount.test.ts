import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyTally } from '../../src/receipt/tally.ts'
import { createDocumentCount } from '../../src/worker/documentCount.ts'

/** A text between special tokens: of each whether there is text in front of it, and in the end. */
const parts = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 })

describe('documents of a text between special tokens', () => {
  test('are those with text, however the text is cut: what goes on is counted where it began', () => {
    fc.assert(
      fc.property(parts, fc.array(fc.nat(3), { minLength: 1, maxLength: 12 }), (all, cuts) => {
        const tally = emptyTally(1)
        let count = createDocumentCount(tally, true)
        all.forEach((hasText, i) => {
          if (i > 0) {
            // a chunk may begin at a token
            if (cuts[i % cuts.length] === 1) {
              count.noteEnd()
              count = createDocumentCount(tally, false)
            }
            count.noteSpecial(0, 5)
          }
          if (!hasText) return
          count.noteText()
          // or inside a document
          if (cuts[i % cuts.length] === 2) {
            count.noteEnd()
            count = createDocumentCount(tally, false)
            count.noteText()
          }
        })
        count.noteEnd()
        expect(tally.documents).toBe(all.filter((hasText) => hasText).length)
        expect([tally.special, tally.specialTokens]).toEqual([5 * (all.length - 1), [all.length - 1]])
      }),
      { numRuns: 500 },
    )
  })

  test('are the same where a stretch with many tokens is told at once', () => {
    fc.assert(
      fc.property(fc.array(parts, { minLength: 1, maxLength: 5 }), fc.boolean(), (stretches, isNew) => {
        const [singly, many] = [emptyTally(1), emptyTally(1)]
        const [one, other] = [createDocumentCount(singly, isNew), createDocumentCount(many, isNew)]
        for (const stretch of stretches) {
          stretch.forEach((hasText, i) => {
            if (i > 0) one.noteSpecial(0, 5)
            if (hasText) one.noteText()
          })
          const count = stretch.length - 1
          const apart = stretch.slice(1, -1).filter((hasText) => hasText).length
          other.noteTokens({ count, bytes: 5 * count, isTextBefore: stretch[0], apart, isTextBehind: stretch.at(-1)!, normalized: 3 })
        }
        one.noteEnd()
        other.noteEnd()
        expect([many.documents, many.special]).toEqual([singly.documents, singly.special])
        expect(many.normalized).toBe(3 * stretches.length)
      }),
      { numRuns: 500 },
    )
  })
})

test('records count if they have text, also in a chunk that begins inside the file', () => {
  const tally = emptyTally(0)
  const count = createDocumentCount(tally, false)
  for (const hasText of [true, false, true]) {
    count.noteStart()
    if (hasText) count.noteText()
    count.noteEnd()
  }
  expect(tally.documents).toBe(2)
})
