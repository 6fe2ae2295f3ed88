import { describe, expect, test } from 'vitest'
import { aliasNames, FAMILIES, isComplete, PRESET_NAMES, presetPipeline, PRESETS } from '../../src/tokenizer/presets.ts'
import type { Alias, Tokens } from '../../src/tokenizer/presets/preset.ts'
import { cataloguePipelines, type CataloguePipeline } from '../support/catalogue.ts'
import { hasConformance } from '../support/conformance.ts'

const isOwn = (alias: Alias): alias is Exclude<Alias, string> => typeof alias !== 'string'

describe('presets', () => {
  test('no name means two things', () => {
    const names = PRESETS.flatMap((preset) => [preset.name, ...aliasNames(preset)]).map((name) => name.toLowerCase())
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
    expect([...PRESET_NAMES].sort()).toEqual([...names].sort())
  })

  test('names are written as people type them', () => {
    expect(PRESET_NAMES.filter((name) => !/^[a-z0-9][a-z0-9._-]*$/.test(name))).toEqual([])
  })

  const typed =
    'llama3 llama-3.1 qwen3 qwen2.5 deepseek-v3 tekken gpt-4o gpt-oss bert-base-uncased mistral-nemo phi-4 olmo2 smollm GPT-4o pythia kimi-k2 ' +
    'llama-2 gemma-3 clip-vit falcon-7b'
  test.each(typed.split(' '))('%s is known', (name) => {
    expect(PRESET_NAMES).toContain(name.toLowerCase())
  })

  test('those that need a file of the model say so', () => {
    const incomplete = PRESETS.filter((preset) => !isComplete(preset)).map(({ name }) => name)
    expect(incomplete).toEqual(['t5', 'spm_current_converter', 'pegasus', 'albert_xlnet', 'deberta_v2'])
    for (const name of incomplete) expect(() => presetPipeline(name)).toThrow("give the model's tokenizer.json instead")
  })

  test('a name that is none', () => {
    expect(presetPipeline('nothing')).toBeUndefined()
  })

  test('no token is there twice', () => {
    for (const { specialTokens = [], addedTokens = [] } of PRESETS.flatMap((preset): Tokens[] => [
      preset,
      ...preset.aliases.filter(isOwn),
    ])) {
      const contents = [...specialTokens, ...addedTokens.map(({ content }) => content)]
      expect(contents.filter((content, i) => contents.indexOf(content) !== i)).toEqual([])
    }
  })

  test('families have a title and presets', () => {
    for (const { title, presets } of FAMILIES) expect([title, presets.length > 0]).toEqual([expect.stringMatching(/\w/), true])
  })
})

// components compared as they are written, but for what has no say in the pieces
const plain = (config: unknown): unknown =>
  JSON.parse(JSON.stringify(config, (name, value: unknown) => (name === 'trim_offsets' ? undefined : value)))

const inTurn = ({ stages }: CataloguePipeline): unknown =>
  stages.length === 0 ? null : stages.length === 1 ? stages[0] : { type: 'Sequence', pretokenizers: stages }

describe.runIf(hasConformance)('the catalogue', () => {
  test.each(cataloguePipelines())('%s is as written there', (name, pipeline) => {
    const preset = PRESETS.find((one) => [one.name, ...aliasNames(one)].includes(name))!
    const { definition } = preset
    if ('needsFile' in definition) expect(JSON.stringify(pipeline.normalizer)).toContain('"Precompiled"')
    else if ('tiktoken' in definition) expect(pipeline.stages).toMatchObject([{ type: 'find_all', pattern: definition.tiktoken }])
    else
      expect({ normalizer: plain(definition.normalizer), preTokenizer: plain(definition.preTokenizer) }).toEqual({
        normalizer: plain(pipeline.normalizer),
        preTokenizer: plain(inTurn(pipeline)),
      })
  })
})
