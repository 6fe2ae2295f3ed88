import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { PRESETS } from '../../src/tokenizer/presets.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import { inItsWords, officialPieces } from '../support/officialTokenizer.ts'
import { codePointTexts, TROUBLESOME, troublesomeText } from '../support/texts.ts'

describe.each(PRESETS.flatMap(({ name, definition }) => ('preTokenizer' in definition ? [[name, definition] as const] : [])))(
  '%s',
  (name, { normalizer, preTokenizer }) => {
    const official = officialPieces(normalizer, preTokenizer)
    const { splitToBytes } = createPipelineSplitter({ ...resolveTokenizer(name), addedTokens: [] })
    const compare = (text: string): void => expect(inItsWords(preTokenizer, splitToBytes(text))).toEqual(official(text))

    test('equals the official engine on five thousand texts', () => {
      fc.assert(fc.property(troublesomeText(60), compare), { numRuns: 5000 })
    })

    test('on all pairs of troublesome characters', () => {
      for (const first of TROUBLESOME) compare(TROUBLESOME.map((second) => `${first}${second}x `).join(''))
    })

    test('on every code point', () => {
      for (const text of codePointTexts(() => true)) compare(text)
    })
  },
)
