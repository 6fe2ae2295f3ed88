import { describe, expect, test } from 'vitest'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { PRESETS } from '../../src/tokenizer/presets.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import { readTokenizerJson } from '../../src/tokenizer/tokenizerJson.ts'
import type { Pipeline } from '../../src/types.ts'
import { cataloguePipelines, hubPatterns, sharedVectors, type CataloguePipeline } from '../support/catalogue.ts'
import { hasConformance } from '../support/conformance.ts'
import { inItsWords } from '../support/officialTokenizer.ts'
import { tokenizerJson } from '../support/tokenizerJson.ts'

/** What a text is cut into by stages and normalizers; the vectors were made without added tokens. */
const split = (pipeline: Pipeline) => createPipelineSplitter({ ...pipeline, addedTokens: [] }).splitToBytes

const vectors = sharedVectors()!

/** A pipeline of the catalogue by way of a tokenizer.json; the tables of SentencePiece are not in the catalogue, and left out. */
const fromCatalogue = ({ stages, normalizer }: CataloguePipeline): Pipeline =>
  readTokenizerJson(
    tokenizerJson({
      normalizer: withoutTables(normalizer),
      pre_tokenizer: stages.length === 0 ? null : { type: 'Sequence', pretokenizers: stages },
    }),
    'x',
  )

const withoutTables = (normalizer: CataloguePipeline['normalizer']): unknown => {
  if (normalizer?.type === 'Precompiled') return null
  if (normalizer?.type !== 'Sequence') return normalizer
  return { ...normalizer, normalizers: (normalizer.normalizers as { type: string }[]).filter(({ type }) => type !== 'Precompiled') }
}

describe.runIf(hasConformance)('the shared vectors', () => {
  test.each(cataloguePipelines())('%s', (name, entry) => {
    const preset = PRESETS.find((one) => one.name === name || one.aliases.includes(name))!
    const ways = [
      ...(entry.stages.some(({ type }) => type === 'find_all') ? [] : [fromCatalogue(entry)]),
      ...('needsFile' in preset.definition ? [] : [resolveTokenizer(name)]),
    ]
    const { pieces, byteLevel } = vectors.pipelines[name]
    for (const pipeline of ways) {
      const splitToBytes = split(pipeline)
      vectors.texts.forEach((text, i) =>
        expect(inItsWords(byteLevel ? { type: 'ByteLevel' } : null, splitToBytes(text)), JSON.stringify(text)).toEqual(pieces[i]),
      )
    }
  })

  const behaviors = [
    ['isolated', { behavior: 'Isolated', invert: false }],
    ['removed', { behavior: 'Removed', invert: false }],
    ['removed+invert', { behavior: 'Removed', invert: true }],
    ['merged_with_previous', { behavior: 'MergedWithPrevious', invert: false }],
    ['merged_with_next', { behavior: 'MergedWithNext', invert: false }],
    ['contiguous', { behavior: 'Contiguous', invert: false }],
  ] as const
  test.each(hubPatterns())('%s', (name, Regex) => {
    for (const [label, treatment] of behaviors) {
      const pre_tokenizer = { type: 'Split', pattern: { Regex }, ...treatment }
      const { split } = createPipelineSplitter(readTokenizerJson(tokenizerJson({ pre_tokenizer }), name))
      vectors.hubTexts.forEach((text, i) => expect(split(text), `${label} ${JSON.stringify(text)}`).toEqual(vectors.hub[name][label][i]))
    }
  })
})
