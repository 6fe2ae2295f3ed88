import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTokenCutter, type TokenCutter } from '../../src/added/tokenCutter.ts'
import type { TokenSet } from '../../src/added/tokenSet.ts'
import { IGNORING_SINK, type RecordSink } from '../../src/format/records.ts'
import { createSeparators, selectDocuments, separatorsFor } from '../../src/select/selectDocuments.ts'

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
        const separators = createSeparators(contents)
        const isWanted = (place: number): boolean => place % step === 0
        const all = createNotes(separators.set)
        all.cutter.push(Buffer.from(source))
        all.cutter.end()
        let place = 0
        const expected = all.notes.filter((note) => {
          const start = place
          place += typeof note === 'string' ? note.length : contents[note].length
          return typeof note === 'number' || isWanted(start)
        })

        const { notes, cutter } = createNotes(separators.set)
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

test('separators go on with whose end another one begins, in whole or in part', () => {
  const goesOn = (separator: string, separators: readonly string[]): boolean =>
    separators.some((other) =>
      Array.from({ length: other.length - 1 }, (_, i) => other.slice(0, i + 1)).some(
        (beginning) => separator.endsWith(beginning) || beginning.endsWith(separator),
      ),
    )
  expect(createSeparators(['baa', 'a']).goOn).toEqual(new Set([1]))
  const separator = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(fc.uniqueArray(separator, { maxLength: 8 }), (separators) => {
      const expected = separators.flatMap((one, number) => (goesOn(one, separators) ? [number] : []))
      expect([...createSeparators(separators).goOn].sort((a, b) => a - b)).toEqual(expected)
    }),
    { numRuns: 2000 },
  )
})

test('thousands of separators are made in no time, and once for all sources', () => {
  const separatorsIn = separatorsFor(
    'file',
    Array.from({ length: 5000 }, (_, i) => `<|reserved_special_token_${i}|>`),
  )
  const source = { path: '', size: 0, modified: 0, format: 'text', compression: 'none' } as const
  const before = performance.now()
  const separators = separatorsIn(source)
  expect(performance.now() - before).toBeLessThan(2000) // one by one: minutes
  expect(separators!.goOn.size).toBe(0)
  expect(separatorsIn({ ...source })).toBe(separators)
  expect(separatorsIn({ ...source, format: 'jsonl' })).toBeUndefined()
})

/** What a parser of records tells; each takes so many bytes. */
type Told =
  | { kind: 'document'; texts: (number | 'invalid')[] }
  | { kind: 'bad record' | 'format' | 'skip'; bytes: number }

const told: fc.Arbitrary<Told> = fc.oneof(
  { weight: 3, arbitrary: fc.array(fc.oneof(fc.nat(5), fc.constant('invalid' as const)), { maxLength: 3 }).map((texts) => ({ kind: 'document' as const, texts })) },
  fc.record({ kind: fc.constantFrom('bad record' as const, 'format' as const, 'skip' as const), bytes: fc.nat(4) }),
)

/** Tells a sink of them all, from a place on; of each where it begins and its bytes. */
const tellAll = (sink: RecordSink, all: readonly Told[], from: number): [at: number, bytes: number][] => {
  let at = from
  return all.map((one) => {
    const start = at
    if (one.kind === 'document') {
      sink.startDocument(at)
      one.texts.forEach((text, i) => {
        if (i > 0) sink.endText()
        if (text === 'invalid') sink.invalid(at, at + 6, Buffer.from('\\udc00'))
        else sink.text(Buffer.alloc(text, 'x'), at)
        at += text === 'invalid' ? 6 : text
      })
      sink.endDocument()
    } else if (one.kind === 'bad record') sink.badRecord(at, (at += one.bytes), 'it is bad', at)
    else if (one.kind === 'format') sink.format((at += one.bytes) - start)
    else sink.skip((at += one.bytes) - start)
    return [start, at - start]
  })
}

const noting = (): { sink: RecordSink; notes: unknown[] } => {
  const notes: unknown[] = []
  const note = (name: string) => (...of: unknown[]) => void notes.push([name, ...of.map((value) => (Buffer.isBuffer(value) ? value.toString() : value))])
  const names = ['startDocument', 'text', 'invalid', 'endText', 'endDocument', 'format', 'badRecord', 'badRows', 'skip'] as const
  return { sink: Object.fromEntries(names.map((name) => [name, note(name)])) as unknown as RecordSink, notes }
}

test('records that are not wanted are left out whole, and from the limit on nothing is told', () => {
  fc.assert(
    fc.property(fc.array(told, { maxLength: 12 }), fc.integer({ min: 1, max: 3 }), fc.option(fc.integer({ min: 100, max: 160 })), (all, step, end) => {
      const until = end ?? undefined
      const isWanted = (at: number): boolean => at % step === 0
      const { sink, notes } = noting()
      let filtered = 0
      const taken: [number, number][] = []
      const selected = selectDocuments(sink, { isWanted, until, onFiltered: (bytes) => (filtered += bytes), onTaken: (...document) => void taken.push(document) })
      const places = tellAll(selected.sink, all, 100)

      const first = all.findIndex(({ kind }, i) => (kind === 'document' || kind === 'bad record') && places[i][0] >= (until ?? Infinity))
      const before = first === -1 ? all.length : first
      const expected = noting()
      const isLeftOut = (i: number): boolean => i >= before || (all[i].kind === 'document' && !isWanted(places[i][0]))
      places.forEach(([at], i) => !isLeftOut(i) && tellAll(expected.sink, [all[i]], at))
      expect(notes).toEqual(expected.notes)
      expect([selected.isDone, selected.told]).toEqual([first !== -1, sum(places.slice(0, before))])
      const documents = places.filter((_, i) => i < before && all[i].kind === 'document')
      expect(filtered).toBe(sum(documents.filter(([at]) => !isWanted(at))))
      expect(taken).toEqual(documents.filter(([at, bytes]) => isWanted(at) && bytes > 0))
    }),
    { numRuns: 1000 },
  )
})

const sum = (places: readonly [number, number][]): number => places.reduce((all, [, bytes]) => all + bytes, 0)

test('rows of Parquet from the limit on are not told of, either', () => {
  const { sink, notes } = noting()
  const selected = selectDocuments(sink, { isWanted: () => true, until: 10, onFiltered: () => {} })
  selected.sink.badRows(3, 5, 'they are bad')
  expect(selected.isDone).toBe(false)
  selected.sink.badRows(10, 12, 'they are bad')
  selected.sink.format(1)
  expect([selected.isDone, notes]).toEqual([true, [['badRows', 3, 5, 'they are bad']]])
})

test('of text between separators the places, the bytes left out and the limit are heeded, wherever blocks end', () => {
  const separators = createSeparators(['<>'])
  fc.assert(
    fc.property(fc.array(fc.nat(4), { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 3 }), fc.option(fc.nat(40)), (lengths, size, step, limit) => {
      const until = limit ?? Infinity
      const source = Buffer.from(lengths.map((length) => 'x'.repeat(length)).join('<>'))
      let passed = ''
      let filtered = 0
      const taken: [number, number][] = []
      const isWanted = (at: number): boolean => at % step === 0
      const selected = selectDocuments({ ...IGNORING_SINK, text: (bytes) => (passed += bytes.toString()) }, {
        isWanted, until, separators, onFiltered: (bytes) => (filtered += bytes), onTaken: (...document) => void taken.push(document),
      })
      for (let at = 0; at < source.length; at += size) selected.sink.text(source.subarray(at, at + size), at)
      selected.sink.endDocument()

      let at = 0
      const documents = lengths.map((length) => [(at += length + 2) - length - 2, length] as [number, number])
      const end = documents.find(([start, length]) => length > 0 && start >= until)?.[0] ?? source.length
      const inside = documents.filter(([start]) => start < end)
      expect(passed).toBe(source.toString('latin1', 0, end).replace(/x+/g, (text, start: number) => (isWanted(start) ? text : '')))
      expect(filtered).toBe(sum(inside.filter(([start]) => !isWanted(start))))
      expect(taken).toEqual(inside.filter(([start, length]) => isWanted(start) && length > 0))
      expect([selected.isDone, selected.told]).toEqual([end < source.length, end])
    }),
    { numRuns: 1000 },
  )
})
