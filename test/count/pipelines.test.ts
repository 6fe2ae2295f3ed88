import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseEngine } from '../../src/count/chooseEngine.ts'
import { createCounter } from '../../src/count/createCounter.ts'
import { DEFAULT_LIMITS, type TextCounter } from '../../src/count/counter.ts'
import { PRESETS } from '../../src/tokenizer/presets.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import type { Pipeline, Stage } from '../../src/types.ts'
import { WITH_LATER_PHASES } from '../support/laterPhases.ts'
import { troublesomeText } from '../support/texts.ts'

/** The presets whose pipelines have several stages, each pipeline once. */
const PIPELINES = [
  ...new Map(
    PRESETS.flatMap(({ name, definition }): [string, [string, Pipeline]][] => {
      if ('needsFile' in definition) return []
      const pipeline = resolveTokenizer(name)
      return pipeline.stages.length > 1 ? [[JSON.stringify(pipeline.stages), [name, pipeline]]] : []
    }),
  ).values(),
]

/** Text in which most stages have nothing to do for long stretches, and then much. */
const sparseText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 1, max: 80 }).map((length) => 'the quick brown fox jumps over a lazy dog and the cat '.repeat(2).slice(0, length)),
      fc.constantFrom('Заря над рекой ', '日本語の文章', ' 1234567', '\n\n', '²³', '(x, y)', ' don’t', "'s", '٣٤٥', '\t'),
      troublesomeText(3),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''))

describe.each([...PIPELINES.map(([name, { stages }]): [string, readonly Stage[]] => [name, stages]), ...WITH_LATER_PHASES])('%s', (_, stages) => {
  const count = (counter: TextCounter, documents: readonly string[], size: number): unknown => {
    for (const document of documents) {
      const codePoints = [...document]
      for (let i = 0; i < codePoints.length; i += size) counter.text(Buffer.from(codePoints.slice(i, i + size).join('')))
      counter.endDocument()
    }
    counter.flush()
    counter.settle()
    const { pieces, dropped, rewritten } = counter
    const { arena, starts, counts, size: distinct } = counter.finish()
    const entries = Array.from({ length: distinct }, (_unused, i) => [
      Buffer.from(arena.subarray(starts[i], starts[i + 1])).toString('latin1'),
      counts[i],
    ])
    return { pieces, dropped, rewritten, counted: Object.fromEntries(entries) as unknown }
  }
  const [engine, reference] = [chooseEngine(stages), chooseEngine(stages, 'reference')]

  test('the fastest tier counts as the reference does', () => {
    fc.assert(
      fc.property(fc.array(sparseText, { maxLength: 15 }), fc.integer({ min: 1, max: 2000 }), (documents, size) => {
        const counted = count(createCounter(engine, DEFAULT_LIMITS), documents, size)
        expect(counted).toEqual(count(createCounter(reference, DEFAULT_LIMITS), documents, Infinity))
      }),
      { numRuns: 6 },
    )
  })
})
