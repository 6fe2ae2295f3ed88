import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileStage } from '../../src/pattern/compile.ts'
import { createReferenceCounter } from '../../src/count/referenceCounter.ts'
import type { CountedPieces } from '../../src/sort/tableMemory.ts'
import { chooseEngine } from '../../src/count/chooseEngine.ts'
import { createCounter } from '../../src/count/createCounter.ts'
import { createKernelCounter } from '../../src/count/kernelCounter.ts'
import { startKernel } from '../../src/split/kernel.ts'
import type { SplitStage } from '../../src/types.ts'
import { cutsOf, DROP_GAPS, KEEP_GAPS, PRESET_STAGES } from '../support/stages.ts'

const stage = (pattern: string, gaps: Pick<SplitStage, 'behavior' | 'invert'> = KEEP_GAPS): SplitStage => ({
  kind: 'split',
  pattern,
  dialect: 'oniguruma',
  ...gaps,
  refusesEmptyMatches: false,
})
const counter = (...stages: SplitStage[]) => createKernelCounter(stages.map((one) => compileStage(one).tables))
const GPT2 = PRESET_STAGES[0][1]

const asObject = ({ arena, starts, counts, size }: CountedPieces): Record<string, number> =>
  Object.fromEntries(
    Array.from({ length: size }, (_, i): [string, number] => [
      Buffer.from(arena.subarray(starts[i], starts[i + 1])).toString('latin1'),
      counts[i],
    ]).sort(),
  )

/** A counter, and what it has spilled. */
const spilling = () => {
  const spilled: Record<string, number> = {}
  const gpt2 = createKernelCounter([compileStage(GPT2).tables], {
    maxPieceBytes: 1000,
    spill: (handOver) =>
      handOver((_, bytes, start, end, count) => (spilled[Buffer.from(bytes.subarray(start, end)).toString('latin1')] = count)),
  })
  return { gpt2, spilled }
}

describe('counts', () => {
  test('pieces of documents', () => {
    const gpt2 = counter(GPT2)
    for (const document of ["it's", ' the', '', ' the cat']) {
      gpt2.text(Buffer.from(document))
      gpt2.endDocument()
    }
    expect(gpt2.pieces).toBe(5)
    expect(gpt2.distinct).toBe(4)
    expect(gpt2.pending).toBe(0)
    expect(asObject(gpt2.finish())).toEqual({ it: 1, "'s": 1, ' the': 2, ' cat': 1 })
  })

  test('nothing', () => {
    const gpt2 = counter(GPT2)
    gpt2.text(new Uint8Array())
    gpt2.endDocument()
    expect(gpt2.finish()).toEqual({ arena: new Uint8Array(), starts: Uint32Array.of(0), counts: new Float64Array(), size: 0 })
  })

  test('pieces of any bytes and of every length around the table’s limit of 15, apart', () => {
    const lines = counter(stage('[^\\n]+', DROP_GAPS))
    const expected: Record<string, number> = {}
    for (let length = 1; length <= 100; length++)
      for (const filling of ['a', '\0', '\x7f']) {
        const piece = filling.repeat(length)
        expected[piece] = length
        lines.text(Buffer.from(`${piece}\n`.repeat(length)))
      }
    lines.endDocument()
    expect(lines.dropped).toBe((3 * (100 * 101)) / 2)
    expect(asObject(lines.finish())).toEqual(expected)
  })

  test('many distinct pieces, short and long: the table grows, and no count is lost', () => {
    const words = counter(stage('[^ ]+', DROP_GAPS))
    const reference = new Map<string, number>()
    let random = 1
    for (let batch = 0; batch < 60; batch++) {
      let text = ''
      for (let i = 0; i < 10_000; i++) {
        random = (Math.imul(random, 1664525) + 1013904223) >>> 0
        // some become frequent late, and change places with those before them
        const number = random % (random >>> 31 ? 300_000 : 1000 + 10 * batch)
        const word = (random % 3 === 0 ? 'a long word of more than fifteen bytes '.replaceAll(' ', '-') : 'w') + number
        reference.set(word, (reference.get(word) ?? 0) + 1)
        text += `${word} `
      }
      words.text(Buffer.from(text))
    }
    words.endDocument()
    const before = words.memory
    expect(words.pieces).toBe(600_000)
    expect(words.distinct).toBe(reference.size)
    const { arena, starts, counts, size } = words.finish()
    expect(size).toBe(reference.size)
    for (let i = 0; i < size; i++)
      if (reference.get(Buffer.from(arena.subarray(starts[i], starts[i + 1])).toString()) !== counts[i]) expect.unreachable()
    expect(before).toBeGreaterThan(reference.size * 32)
    expect(before).toBeLessThan(64 * 2 ** 20)
  })

  test('drained in between, for spilling: text that is not decided stays', () => {
    const { gpt2, spilled } = spilling()
    gpt2.text(Buffer.from('the the ca'))
    gpt2.drain()
    expect(spilled).toEqual({ the: 1, ' the': 1 })
    gpt2.text(Buffer.from('t the and a piece of more than thirty bytes: '.repeat(3).replace(/a piece.*/, `${'x'.repeat(400)} `)))
    gpt2.endDocument()
    expect(asObject(gpt2.finish())).toEqual({ ' cat': 1, ' the': 1, ' and': 1, [` ${'x'.repeat(400)}`]: 1, ' ': 1 })
  })

  test('a piece of megabytes, in feeds', () => {
    const gpt2 = counter(GPT2)
    for (let i = 0; i < 3000; i++) gpt2.text(Buffer.from('é'.repeat(1000)))
    expect(gpt2.pending).toBe(6_000_000)
    gpt2.text(Buffer.from(' b'))
    gpt2.endDocument()
    const { arena, starts, size } = gpt2.finish()
    expect(size).toBe(2)
    expect(starts[2]).toBe(6_000_002)
    expect(arena.length).toBe(6_000_002)
  })
})

test('longer pieces that differ only in the highest byte of each half of a key have hashes of their own', () => {
  const kernel = startKernel([compileStage(stage('[^ ]+', DROP_GAPS)).tables], { textBytes: 2 ** 21, maxEnds: 1 })
  const { exports } = kernel
  exports.startCounting(1000, 3n, 5n ** 20n, 7n ** 20n, 11n ** 18n, 13n ** 17n)
  const letters = Array.from({ length: 27 }, (_, i) => String.fromCharCode(0x41 + i))
  const words = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => `1234567${a}1234567${b}1234567${c}`)))
  const text = Buffer.from(`${words.join(' ')} `)
  kernel.bytes.set(text, exports.text.value)
  kernel.check(exports.advance(text.length, 0))
  expect(exports.used.value).toBe(words.length)
  const hashes = new Set<string>()
  for (let i = 0, slot = exports.slots.value >>> 2; i < exports.slotCount.value; i++, slot += 8)
    if (kernel.words[slot + 3] >>> 24 === 0xff) hashes.add(`${kernel.words[slot]} ${kernel.words[slot + 1]}`)
  expect(hashes.size).toBe(words.length)
})

describe('pieces that are given as they are', () => {
  const LIMITS = { blockBytes: 64, maxPieceBytes: 100 }
  const tiers = {
    reference: () => createReferenceCounter(cutsOf(GPT2), LIMITS),
    automaton: () => createKernelCounter([compileStage(GPT2).tables], LIMITS),
  }

  test.each(Object.entries(tiers))('are not cut, cut what is around them, and add up with equal pieces of text: %s', (_, start) => {
    const gpt2 = start()
    const long = 'a b c '.repeat(5)
    for (let i = 0; i < 1000; i++) {
      gpt2.text(Buffer.from('a  '))
      gpt2.piece(Buffer.from('b c'))
      gpt2.piece(Buffer.from(' d'))
      gpt2.piece(Buffer.from(long))
      gpt2.text(Buffer.from('  e d'))
      gpt2.endDocument()
    }
    gpt2.flush()
    expect(gpt2.pieces).toBe(8000)
    expect(asObject(gpt2.finish())).toEqual({ a: 1000, '  ': 1000, 'b c': 1000, ' d': 2000, [long]: 1000, ' ': 1000, ' e': 1000 })
  })

  test.each(Object.entries(tiers))('must not be longer than other pieces: %s', (_, start) => {
    start().piece(Buffer.alloc(100))
    expect(() => start().piece(Buffer.alloc(101))).toThrow(expect.objectContaining({ code: 'piece-too-long' }))
  })

  test('drained, they are counted once', () => {
    const { gpt2, spilled } = spilling()
    gpt2.text(Buffer.from('a a'))
    gpt2.piece(Buffer.from('x y'))
    gpt2.text(Buffer.from('a'))
    gpt2.drain()
    expect(spilled).toEqual({ a: 1, ' a': 1, 'x y': 1 })
    gpt2.piece(Buffer.from('x y'))
    expect(asObject(gpt2.finish())).toEqual({ a: 1, 'x y': 1 })
    expect(gpt2.pieces).toBe(5)
  })
})

describe('limits', () => {
  test('a piece of just the longest length, and one byte more', () => {
    const limited = () => createKernelCounter([compileStage(GPT2).tables], { maxPieceBytes: 100_000 })
    const fits = limited()
    fits.text(Buffer.from('a'.repeat(100_000)))
    fits.endDocument()
    expect(fits.pieces).toBe(1)
    const over = limited()
    over.text(Buffer.from('a'.repeat(100_001)))
    over.endDocument()
    expect(() => over.finish()).toThrow(expect.objectContaining({ code: 'piece-too-long' }))
  })

  test('text that is not decided does not pile up for ever', () => {
    const limited = createKernelCounter([compileStage(GPT2).tables], { maxPieceBytes: 1000 })
    expect(() => {
      for (let i = 0; i < 100; i++) limited.text(Buffer.alloc(100_000, 'a'))
    }).toThrow(expect.objectContaining({ code: 'piece-too-long' }))
  })

  test('dropped gaps may be of any length', () => {
    const digits = createKernelCounter([compileStage(stage('\\d', DROP_GAPS)).tables], { maxPieceBytes: 1000 })
    for (let i = 0; i < 100; i++) digits.text(Buffer.alloc(100_000, 'a'))
    digits.text(Buffer.from('1'))
    digits.endDocument()
    expect(digits.memory).toBeLessThan(8 * 2 ** 20)
    expect(digits.dropped).toBe(10_000_000)
    expect(asObject(digits.finish())).toEqual({ 1: 1 })
  })

  test.each(['\\s+', '\\s'])('dropped matches may be of any length: %s', (pattern) => {
    const words = createKernelCounter([compileStage(stage(pattern, { behavior: 'removed', invert: false })).tables], {
      maxPieceBytes: 1000,
    })
    words.text(Buffer.from('a'))
    for (let i = 0; i < 100; i++) words.text(Buffer.alloc(100_000, ' '))
    words.text(Buffer.from('b'))
    words.endDocument()
    expect(words.memory).toBeLessThan(8 * 2 ** 20)
    expect(words.dropped).toBe(10_000_000)
    expect(asObject(words.finish())).toEqual({ a: 1, b: 1 })
  })

  test('joined pieces may be of any length where a later stage drops them', () => {
    const contiguous = stage('-', { behavior: 'contiguous', invert: false })
    const dashless = stage('[^-]+', DROP_GAPS)
    const words = createKernelCounter(
      [contiguous, dashless].map((one) => compileStage(one).tables),
      { maxPieceBytes: 1000 },
    )
    words.text(Buffer.from('a'))
    for (let i = 0; i < 100; i++) words.text(Buffer.alloc(100_000, '-'))
    words.text(Buffer.from('b'))
    words.endDocument()
    expect(words.memory).toBeLessThan(8 * 2 ** 20)
    expect(asObject(words.finish())).toEqual({ a: 1, b: 1 })
  })
})

// From 65,536 distinct pieces on, and where many of those that are met are longer than 15 bytes, they are hashed and looked for in batches.
describe('a large table of longer pieces', () => {
  const lines = stage('\n', { behavior: 'removed', invert: false })
  /** Piece number i: 1 to 300 bytes, most of them more than 15. */
  const piece = (i: number): string => `${i.toString(36)}${'-'.repeat(i % 11 === 0 ? 1 : 16 + ((i * 7) % 280))}${i % 7}`
  const all = Array.from({ length: 150_000 }, (_, i) => piece(Math.imul(i, 0x9e3779b1) >>> 15))

  test('pieces of all lengths, with dropped text between them', () => {
    const counted = counter(lines)
    const expected = new Map<string, number>()
    for (const one of [...all, ...all.slice(70_000)]) expected.set(one, (expected.get(one) ?? 0) + 1)
    counted.text(Buffer.from(`${all.join('\n')}\n${all.slice(70_000).join('\n\n\n')}`))
    counted.endDocument()
    expect(expected.size).toBeGreaterThan(2 ** 16)
    expect(asObject(counted.finish())).toEqual(Object.fromEntries([...expected].sort()))
  })

  test('one that is too long is told with its place', () => {
    const counted = createKernelCounter([compileStage(lines).tables], { maxPieceBytes: 1000 })
    const before = Buffer.from(all.join('\n'))
    counted.text(before)
    expect(() => {
      counted.text(Buffer.from(`\n${'x'.repeat(1001)}\n`))
      counted.endDocument()
      counted.flush()
    }).toThrow('longer than 1000 bytes')
    expect(counted.pending).toBeLessThanOrEqual(1003)
  })
})

// Every step reads one code point and no text is read twice (kernel/pattern/transducer.ts), so time cannot but be linear; what could pile up is
// memory, and copies of it. Each of these inputs made some regex engine slow.
describe('input that makes backtracking slow', () => {
  const MEGABYTE = 2 ** 20
  test.each([
    ['one letter', GPT2, 'a', 1, true],
    ['white space without end', GPT2, ' ', 1, true],
    ['white space with newlines', PRESET_STAGES.find(([name]) => name === 'cl100k_base')![1], '\n  ', undefined, true],
    ['capitals and Chinese', PRESET_STAGES.find(([name]) => name === 'o200k_base')![1], '日AB', undefined, true],
    ['openings without a closing', stage('<[^>]+>|\\w'), '<a', 2 * MEGABYTE, false],
    ['a match that never comes', stage('(?:ab)+c|a|b'), 'ab', 2 * MEGABYTE, false],
  ])('%s', (_, one, unit, pieces, hasReference) => {
    const text = Buffer.from(unit.repeat(MEGABYTE))
    const counts = [counter(one), ...(hasReference && text.length < 4 * MEGABYTE ? [createReferenceCounter(cutsOf(one))] : [])].map(
      (made) => {
        for (let i = 0; i < text.length; i += 30_000) made.text(text.subarray(i, i + 30_000))
        made.endDocument()
        made.flush()
        const counted = made.finish()
        if (pieces !== undefined) expect(made.pieces).toBe(pieces)
        return asObject(counted)
      },
    )
    for (const other of counts) expect(other).toEqual(counts[0])
  })
})

test('many documents in one call count as one by one', () => {
  const { tables } = compileStage(GPT2)
  fc.assert(
    fc.property(
      fc.array(
        // a document that ends with a number of bytes behind it, without any, or (-1) not at all
        fc.tuple(
          fc.constantFrom('', 'a b', "it's", ' ', 'x'.repeat(70), '日本 語', 'a b c '.repeat(30_000)),
          fc.constantFrom(1, 2, 3, 0, -1),
        ),
        { maxLength: 20 },
      ),
      fc.integer({ min: 1, max: 400 }),
      (documents, times) => {
        const parts = Array.from({ length: documents.some(([text]) => text.length > 1000) ? 1 : times }, () => documents).flat()
        const all = Buffer.from(parts.map(([text, between]) => text + '#'.repeat(Math.max(0, between))).join(''))
        const starts: number[] = []
        const ends: number[] = []
        const single = createKernelCounter([tables])
        let at = 0
        for (const [text, between] of parts) {
          single.text(Buffer.from(text))
          at += Buffer.byteLength(text)
          if (between < 0) continue
          at += between
          single.endDocument()
          starts.push(at - between)
          ends.push(at)
        }
        const many = createKernelCounter([tables])
        many.documents!(all, Uint32Array.from(starts), Uint32Array.from(ends), starts.length)
        for (const one of [single, many]) {
          one.endDocument()
          one.flush()
        }
        expect([many.pieces, many.dropped]).toEqual([single.pieces, 0])
        expect(asObject(many.finish())).toEqual(asObject(single.finish()))
      },
    ),
    { numRuns: 60 },
  )
})

describe('the choice of the engine', () => {
  test('the automaton where it can, the reference where it cannot, with the reason', () => {
    expect(chooseEngine([GPT2]).name).toBe('simd')
    expect(chooseEngine([GPT2], 'automaton').name).toBe('automaton')
    expect(chooseEngine([stage('ab+|b')]).name).toBe('automaton')
    expect(() => chooseEngine([stage('ab+|b')], 'simd')).toThrow(expect.objectContaining({ code: 'pattern' }))
    expect(chooseEngine([GPT2], 'reference')).toMatchObject({ name: 'reference', reason: 'it was asked for' })
    expect(chooseEngine([GPT2, stage('(?<=bc)a')])).toMatchObject({
      name: 'reference',
      reason: expect.stringContaining('look-behind of more than one code point at 0'),
    })
    expect(() => chooseEngine([stage('(?<=bc)a')], 'automaton')).toThrow(expect.objectContaining({ code: 'pattern' }))
    expect(() => chooseEngine([stage('a(')])).toThrow(expect.objectContaining({ code: 'pattern' }))
  })

  test('both count alike', () => {
    const limits = { blockBytes: 1000, maxPieceBytes: 2 ** 20 }
    const results = (['auto', 'reference'] as const).map((choice) => {
      const made = createCounter(chooseEngine([GPT2], choice), limits)
      made.text(Buffer.from("Hello world, it's me!\n\n  1234 ".repeat(100)))
      made.endDocument()
      made.flush()
      return [asObject(made.finish()), made.pieces, made.distinct, made.pending]
    })
    expect(results[0]).toEqual(results[1])
  })
})

test('documents one by one, and then many with something between them: there is room for all their ends', () => {
  const { tables } = compileStage(GPT2)
  // the room for ends (4,096) gets full at each place between an end and what is behind it
  for (let singly = 4085; singly < 4100; singly++) {
    const one = createKernelCounter([tables])
    for (let i = 0; i < singly; i++) {
      one.text(Buffer.from('a'))
      one.endDocument()
    }
    const between = '<|between|>'
    const starts = Array.from({ length: 20 }, (_, i) => 1 + i * (1 + between.length))
    one.documents!(
      Buffer.from(`x${between}`.repeat(20)),
      Uint32Array.from(starts),
      Uint32Array.from(starts, (start) => start + between.length),
      20,
    )
    one.endDocument()
    one.flush()
    expect([singly, one.dropped, asObject(one.finish())]).toEqual([singly, 0, { a: singly, x: 20 }])
  }
})
