import { describe, expect, test } from 'vitest'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { isComplete, PRESETS } from '../../src/tokenizer/presets.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'

// each preset, and each other name with tokens of its own
const withTokens = PRESETS.filter(isComplete).flatMap(({ name, specialTokens, aliases }) => [
  ...(specialTokens === undefined || specialTokens.length === 0 ? [] : [name]),
  ...aliases.flatMap((alias) => (typeof alias === 'object' && alias.specialTokens !== undefined ? [alias.name] : [])),
])

describe('by every name', () => {
  test.each(withTokens)('%s: special tokens cut the text, and are in no piece; other added tokens are pieces', (name) => {
    const pipeline = resolveTokenizer(name)
    const { specialTokens, addedTokens } = pipeline
    const { split } = createPipelineSplitter(pipeline, specialTokens)
    const plain = createPipelineSplitter({ ...pipeline, addedTokens: [] }).split
    for (const token of specialTokens.slice(0, 20)) expect(split(`ab${token}cd`)).toEqual([...plain('ab'), ...plain('cd')])
    for (const { content } of addedTokens.filter((token) => !token.special))
      expect(split(`ab${content}cd`)).toEqual([...plain('ab'), content, ...plain('cd')])
  })
})
