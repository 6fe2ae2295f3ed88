import { describe, expect, test } from 'vitest'
import { chooseEngine } from '../../src/count/chooseEngine.ts'
import { createCounter } from '../../src/count/createCounter.ts'
import { DEFAULT_LIMITS } from '../../src/count/counter.ts'
import { DROPPED_BIT } from '../../src/pattern/layout.ts'
import { BatchCutter } from '../../src/split/batchCutter.ts'
import { digits, metaspace, split, whitespace, whitespaceSplit } from '../../src/tokenizer/preTokenizers.ts'
import type { Stage } from '../../src/types.ts'

const BATCH = 1 << 16

const tablesOf = (stages: readonly Stage[]): readonly Uint8Array[] => {
  const engine = chooseEngine(stages, 'automaton')
  if (engine.name === 'reference') throw new Error(engine.reason)
  return engine.tables
}

describe.each<[string, readonly Stage[]]>([
  ['digits apart', digits(true)],
  ['white space dropped', whitespaceSplit()],
  ['all but white space dropped', split('\\s+', true, 'removed', true)],
  ['words and punctuation', whitespace()],
])('%s', (_, stages) => {
  test.each(['a', '1', ' ', '.', 'é'])('a section that fills a batch has a cut at its end, be that %j', (last) => {
    const sections = [BATCH, 3, BATCH - 1, 2, 2 * BATCH, 5].map((length) => Buffer.from('x'.repeat(length - Buffer.byteLength(last)) + last))
    const cuts: number[] = []
    const sectionEnds: number[] = []
    const cutter = new BatchCutter(tablesOf(stages), (_text, start, ends, endsOfSections) => {
      let at = cuts.at(-1) ?? 0 // the text moves in the kernel's memory
      const toWhole = at - start
      for (const end of ends) cuts.push((at = (end & ~DROPPED_BIT) + toWhole))
      for (const end of endsOfSections) {
        sectionEnds.push(end + toWhole)
        expect(cuts).toContain(end + toWhole)
        expect(end).toBeGreaterThan(start) // it is among these cuts, not those before
      }
    })
    for (const section of sections) {
      cutter.push(section, 0, section.length)
      cutter.endSection()
    }
    cutter.flush()
    let whole = 0
    expect(sectionEnds).toEqual(sections.map(({ length }) => (whole += length)))
  })
})

test('pieces of later phases are counted as often as those that they are in', () => {
  const stages = [...digits(true), ...metaspace('▁', 'never', true), ...split('\\s', true, 'removed', true)]
  // distinct pieces of some 100 KB, each of which ends with text that is dropped, and is met another number of times
  const text = Array.from({ length: 700 }, (_, i) => `1\n${'x'.repeat(100 + (i % 90))}${String.fromCodePoint(0x4e00 + i)}`.repeat(1 + (i % 5))).join('')
  const [byKernel, byReference] = (['automaton', 'reference'] as const).map((choice) => {
    const counter = createCounter(chooseEngine(stages, choice), DEFAULT_LIMITS)
    counter.text(Buffer.from(text))
    counter.endDocument()
    counter.flush()
    counter.settle()
    const { pieces, dropped, rewritten } = counter
    return { pieces, dropped, rewritten, counts: [...counter.finish().counts] }
  })
  expect(byKernel).toEqual(byReference)
  expect(byReference.counts).toEqual([2100])
})
