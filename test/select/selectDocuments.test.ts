import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTokenCutter, type TokenCutter } from '../../src/added/tokenCutter.ts'
import { createSpecialTokens, type TokenSet } from '../../src/added/tokenSet.ts'
import { IGNORING_SINK } from '../../src/format/records.ts'
import { selectDocuments } from '../../src/select/selectDocuments.ts'

/** Cuts text and notes separators as numbers and what is between them as strings, each document once. */
const createNotes = (separators: TokenSet): { notes: (string | number)[]; cutter: TokenCutter } => {
  const notes: (string | number)[] = []
  const cutter = createTokenCutter(separators, {
    text(bytes) {
      const before = typeof notes.at(-1) === 'string' ? (notes.pop() as string) : ''
      notes.push(before + bytes.toString())
    },
    token: (number) => void notes.push(number),
  })
  return { notes, cutter }
}

test('separators are found again as they stand in the source, whatever is left out between them', () => {
  const separator = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 60 })
  fc.assert(
    fc.property(
      fc.uniqueArray(separator, { minLength: 1, maxLength: 4 }),
      text,
      fc.integer({ min: 1, max: 3 }),
      (contents, source, step) => {
        const separators = createSpecialTokens(contents)
        const isWanted = (place: number): boolean => place % step === 0
        const all = createNotes(separators)
        all.cutter.push(Buffer.from(source))
        all.cutter.end()
        let place = 0
        const expected = all.notes.filter((note) => {
          const start = place
          place += typeof note === 'string' ? note.length : contents[note].length
          return typeof note === 'number' || isWanted(start)
        })

        const { notes, cutter } = createNotes(separators)
        const { sink } = selectDocuments(
          { ...IGNORING_SINK, text: (bytes) => cutter.push(bytes), endText: () => cutter.end(), endDocument: () => cutter.end() },
          { isWanted, separators, onFiltered: () => {} },
        )
        sink.startDocument(0)
        sink.text(Buffer.from(source), 0)
        sink.endDocument()
        expect(notes).toEqual(expected)
      },
    ),
    { numRuns: 1000 },
  )
})
