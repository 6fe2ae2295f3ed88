import { describe, expect, test } from 'vitest'
import { compileStage } from '../../src/pattern/compile.ts'
import { describeStage, toDot } from '../../src/pattern/describe.ts'
import { openTables } from '../../src/split/tables.ts'
import type { SplitStage } from '../../src/types.ts'
import { catalogueStages } from '../support/conformance.ts'
import { PRESET_STAGES } from '../support/stages.ts'

const stage = (pattern: string, dialect: SplitStage['dialect'] = 'oniguruma'): SplitStage => ({
  kind: 'split',
  pattern,
  dialect,
  behavior: 'isolated',
  invert: false,
  refusesEmptyMatches: dialect === 'fancy-regex',
})

describe('what an automaton cannot do is refused by name', () => {
  test.each([
    ['a(?=b(?=cd))', 'look-ahead of more than one code point inside a look-ahead at 5'],
    ['a(?=[ab]{12}a)', 'look-aheads of more than 2000 states'],
    ['(?<=ab)c', 'look-behind of more than one code point at 0'],
    ['(?>a|ab)c', 'atomic group or possessive quantifier over more than one class'],
    ['(?:ab?)++c', 'atomic group or possessive quantifier over more than one class'],
    ['a{30000}', 'more than 20000 instructions'],
    ['[ab]*a[ab]{16}c', 'more than 4000 states'],
  ])('%s', (pattern, reason) => {
    expect(() => compileStage(stage(pattern))).toThrow(
      new RegExp(`^pattern: ${reason.replace(/[()]/g, '\\$&')} in .*$`),
    )
  })

  test('a pattern that can match nothing, where the engine does not allow it', () => {
    expect(() => compileStage(stage('a*', 'fancy-regex'))).toThrow(
      'pattern: it can match the empty string, at which tiktoken fails, in "a*"',
    )
  })
})

describe('sizes', () => {
  test('presets', () => {
    const sizes = PRESET_STAGES.map(([name, preset]) => {
      const { machine, partition } = compileStage(preset)
      return `${name}: ${partition.count} classes, ${machine.next.length} states, ${machine.actions.length} actions`
    })
    expect(sizes).toContain('gpt2: 10 classes, 12 states, 0 actions')
    expect(sizes).toContain('cl100k_base: 11 classes, 20 states, 0 actions')
    expect(sizes).toContain('o200k_base: 19 classes, 25 states, 0 actions')
  })

  test.each(catalogueStages())('%s: at most 256 KiB', (_, one) => {
    let compiled
    try {
      compiled = compileStage(one)
    } catch (error) {
      expect((error as Error).message).toMatch(/^pattern: .* at \d+ in |too long to build|more than 4000 states|more than 31 cuts/)
      return
    }
    expect(compiled.tables.length).toBeLessThanOrEqual(2 ** 18)
  })
})

describe('explaining', () => {
  const compiled = compileStage(stage('a+|b'))

  test('as a page', () => {
    expect(describeStage(compiled)).toBe(`pattern   a+|b
          oniguruma; text that it does not match is a piece of its own

classes   3: what the pattern can tell apart
  A   U+0000–\` c–U+007F  and 1,111,936 code points from U+0080
  B   a
  C   b

states    6, state 0 is the start of a segment
     A      B      C      end
  0  1      2      3      .|
  1  1      4?     5?     .|
  2  1|     2?     3|     .|
  3  1|     2|     3|     .|
  4  1?1|2  2?1|1  3?1|2  .?1|2
  5  1?1|2  2?1|2  3?1|2  .?1|2

A step is the next state and what it does:  5| cuts before this character · 5? may cut there, what follows decides · 5|1 makes a cut certain that was
open (5|2: two) · 5?1 puts a cut that may come into slot 1 · 5#2 does action 2 · . is the start state

tables    35312 bytes: 96 for the states, the rest to look up classes of code points
`)
  })

  test('what looks far ahead, as a page', () => {
    const page = describeStage(compileStage(stage('a+(?!ab)')))
    expect(page.slice(page.indexOf('looking'), page.indexOf('A step')))
      .toBe(`looking ahead   2 states, read from the end of a segment (state 0) to its start: next state, and symbol of the code point
     A      B     C
  0  0 AC1  0 B2  1 AC1
  1  0 AC1  0 B3  1 AC1

states    4, state 0 is the start of a segment
     AC1    B2     B3  end
  0  1      2      2   .|
  1  1      3?     3?  .|
  2  1|     2?     2   .|
  3  1?1|2  2?1|1  3   .?1|2

`)
  })

  test('as a graph', () => {
    expect(toDot(compiled)).toContain('2 -> 2 [label="B ?"];')
  })
})

describe('tables', () => {
  const { tables } = compileStage(stage('a'))
  const changed = (word: number, value: number): Uint8Array => {
    const copy = tables.slice()
    new DataView(copy.buffer).setUint32(4 * word, value, true)
    return copy
  }

  test('that are none, or damaged, or of another version, are refused', () => {
    expect(() => openTables(new Uint8Array(100))).toThrow('split tables: not packed tables')
    expect(() => openTables(changed(1, 7))).toThrow('split tables: version 7, expected 4')
    expect(() => openTables(tables.subarray(0, 1000))).toThrow(`split tables: 1000 bytes, expected ${tables.length}`)
  })

  test('are the same however often they are made', () => {
    expect(compileStage(stage('a')).tables).toEqual(tables)
  })
})
