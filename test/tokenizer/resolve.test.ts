import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createSplitter } from '../../src/createSplitter.ts'
import { isComplete, PRESETS } from '../../src/tokenizer/presets.ts'
import { loadTokenizer, resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import { addedToken, tokenizerJson } from '../support/tokenizerJson.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder, file } = temporaryFolder()
const DIGITS = { type: 'Split', pattern: { Regex: '\\p{N}' }, behavior: 'Isolated', invert: false }
const JSON_TEXT = JSON.stringify(tokenizerJson({ added_tokens: [addedToken('<s>')], pre_tokenizer: DIGITS }))
const tokenizerFile = file('tokenizer.json', JSON_TEXT)

describe('a tokenizer is', () => {
  test('gpt2 when none is named', async () => {
    expect(resolveTokenizer().name).toBe('gpt2')
    expect((await loadTokenizer()).name).toBe('gpt2')
  })

  test('a preset, whatever the case; another name of one is kept', () => {
    expect(resolveTokenizer('GPT2').name).toBe('gpt2')
    expect(resolveTokenizer('llama-3.1')).toMatchObject({
      name: 'llama-3.1 (llama3)',
      specialTokens: resolveTokenizer('llama3').specialTokens,
    })
  })

  test('a file, or a folder with one', () => {
    for (const name of [tokenizerFile, folder, `${folder}/`]) {
      const pipeline = resolveTokenizer(name)
      expect(pipeline).toMatchObject({ name, specialTokens: ['<s>'] })
      expect(createSplitter(name).split('a1')).toEqual(['a', '1'])
    }
  })

  test('a tekken.json', () => {
    const path = file(
      'tekken.json',
      JSON.stringify({
        config: { pattern: '\\p{L}+|\\p{N}', num_vocab_tokens: 1 },
        vocab: [],
        special_tokens: [{ rank: 0, token_str: '<s>', is_control: true }],
      }),
    )
    expect(resolveTokenizer(path).specialTokens).toEqual(['<s>'])
    expect(createSplitter(path).split('ab 12')).toEqual(['ab', '1', '2'])
    const old = file('old-tekken.json', JSON.stringify({ config: { pattern: '.' }, vocab: [] }))
    expect(resolveTokenizer(old).lacks).toContain('its special tokens')
  })

  test('a pattern', () => {
    expect(createSplitter({ pattern: 'b' }).split('abc')).toEqual(['b'])
    expect(createSplitter({ pattern: 'b', style: 'huggingface' }).split('abc')).toEqual(['a', 'b', 'c'])
  })

  test('a pipeline as plain data', () => {
    const pipeline = JSON.parse(JSON.stringify(resolveTokenizer('gpt2'))) as ReturnType<typeof resolveTokenizer>
    expect(createSplitter(pipeline).split("it's")).toEqual(['it', "'s"])
  })
})

describe('what a program gives that is no tokenizer is refused with its place', () => {
  const plain = (name: string) => JSON.parse(JSON.stringify(resolveTokenizer(name)))
  const changed = (change: (pipeline: any) => void) => {
    const pipeline = plain('llama3')
    change(pipeline)
    return pipeline as never
  }

  test.each<[message: string, choice: never]>([
    ['stlye: there is no such option (did you mean style?)', { pattern: 'a', stlye: 'huggingface' } as never],
    ['tokenizer.name: undefined is not a string', changed((pipeline) => delete pipeline.name)],
    ['tokenizer.addedTokens: undefined is not an array', changed((pipeline) => delete pipeline.addedTokens)],
    ['tokenizer.addedTokens[0]: "<s>" is not an object', changed((pipeline) => (pipeline.addedTokens = ['<s>']))],
    ['tokenizer.addedTokens[1].lstrip: undefined is not true or false', changed((pipeline) => delete pipeline.addedTokens[1].lstrip)],
    ['tokenizer.normalizers: "nfc" is not an array', changed((pipeline) => (pipeline.normalizers = 'nfc'))],
    ['tokenizer.normalizers[0]: null is not an object', changed((pipeline) => (pipeline.normalizers = [null]))],
    ['tokenizer.normalizers[0].content: undefined is not a string', changed((pipeline) => (pipeline.normalizers = [{ kind: 'replace', pattern: 'a', isRegex: false }]))],
    ['tokenizer.stages[0].kind: "Split" is not one of split, byte-map, replace, prepend', changed((pipeline) => (pipeline.stages[0].kind = 'Split'))],
    ['tokenizer.stages[0].dialect: "perl" is not one of oniguruma, fancy-regex', changed((pipeline) => (pipeline.stages[0].dialect = 'perl'))],
    ['tokenizer.stages[0].invert: "no" is not true or false', changed((pipeline) => (pipeline.stages[0].invert = 'no'))],
    ['tokenizer.stages[0].where: "First" is not one of every, first', changed((pipeline) => (pipeline.stages = [{ kind: 'prepend', text: 'x', where: 'First' }]))],
    ['tokenizer.normalizers[0].unlessThere: "no" is not true or false', changed((pipeline) => (pipeline.normalizers = [{ kind: 'prepend', text: 'x', unlessThere: 'no' }]))],
    ['tokenizer.huggingFace: null is not an object', changed((pipeline) => (pipeline.huggingFace = null))],
    ['tokenizer.lacks: null is not a string', changed((pipeline) => (pipeline.lacks = null))],
    ['tokenizer.specialTokens[0]: 5 is not a string', changed((pipeline) => (pipeline.specialTokens = [5]))],
  ])('%s', async (message, choice) => {
    expect(() => createSplitter(choice)).toThrow(expect.objectContaining({ code: 'usage', message }))
    await expect(loadTokenizer(choice)).rejects.toMatchObject({ code: 'usage', message })
  })

  test('and all presets pass', () => {
    for (const { name } of PRESETS.filter(isComplete)) expect(resolveTokenizer(plain(name))).toEqual(plain(name))
  })
})

describe('models that cut alike have tokens of their own', () => {
  test('gpt-oss', () => {
    const { specialTokens, stages } = resolveTokenizer('gpt-oss')
    expect(specialTokens).toContain('<|channel|>')
    expect(specialTokens).toHaveLength(10 + 6 + 1075)
    expect(stages).toEqual(resolveTokenizer('gpt-4o').stages)
  })

  test('llama4 fills up to 2,048', () => {
    const { specialTokens } = resolveTokenizer('llama4')
    expect(specialTokens).toHaveLength(2048)
    expect(specialTokens).toContain('<|vision_reserved_special_token_1047|>')
  })

  test('qwen3 has some that are not special', () => {
    const { addedTokens, specialTokens } = resolveTokenizer('qwen3')
    expect(specialTokens).not.toContain('<think>')
    expect(addedTokens.find(({ content }) => content === '<think>')).toMatchObject({ special: false, normalized: false })
  })

  test('phi-4: they are not known, and it says so', () => {
    expect(resolveTokenizer('phi-4')).toMatchObject({ specialTokens: [], lacks: expect.stringContaining('its special tokens') })
    expect(resolveTokenizer('gpt-4').lacks).toBeUndefined()
  })

  test("RoBERTa's mask takes the white space before it along", () => {
    const { specialTokens } = resolveTokenizer('roberta')
    expect(createSplitter('roberta', specialTokens).split('<s>a <mask> b</s>')).toEqual(['a', ' b'])
    expect(createSplitter('roberta').split('a <mask>')).toEqual(['a', ' <', 'mask', '>'])
  })

  test('deepseek-v3: what is not known of its tokens', () => {
    expect(resolveTokenizer('deepseek-v3').lacks).toBe('the tokens of chats and of code completion')
  })

  test('gemma says what is missing', () => {
    expect(resolveTokenizer('gemma').lacks).toBe('the tokens for runs of newlines and of spaces, and the unused ones')
  })
})

describe('what is refused', () => {
  const at = (name: string): string => join(folder, name)
  mkdirSync(at('empty'))
  writeFileSync(at('latin1.json'), Buffer.from([0x7b, 0xff, 0x7d]))
  writeFileSync(at('cut.json'), JSON_TEXT.slice(0, 30))
  writeFileSync(at('list.json'), '[1]')

  test.each([
    ['bert-base', 'did you mean bert-base-cased?'],
    ['xlm-roberta', 'tokenizer "xlm-roberta": its normalizer is a table'],
    ['llama33', 'tokenizer "llama33": there is no preset and no file of that name (did you mean llama3?)'],
    ['xyzzy', 'there is no preset and no file of that name. pretok tokenizers lists the presets'],
    [at('none.json'), `reading tokenizer ${at('none.json')}: no such file`],
    ['./nothing', 'reading tokenizer ./nothing: no such file'],
    [
      at('empty'),
      `reading folder ${at('empty')}: there is no tokenizer.json in it; AutoTokenizer.from_pretrained(…).save_pretrained(…) of transformers writes one`,
    ],
    [at('latin1.json'), 'it is not UTF-8 text'],
    [at('cut.json'), 'it is no JSON'],
    [at('list.json'), 'the document is [1]; an object is needed'],
    [file('some.tiktoken', 'IQ== 0\n'), 'has ranks only, no regex: give the regex with --pattern'],
    [file('tokenizer.model', ''), 'give the tokenizer.json of the model'],
    [file('vocab.json', '{}'), 'that is the vocabulary only; give the tokenizer.json of the model (AutoTokenizer.from_pretrained('],
    [file('tokenizer_config.json', '{}'), 'that is not the tokenizer itself'],
  ])('%s', async (name, message) => {
    await expect(loadTokenizer(name)).rejects.toThrow(message)
    expect(() => resolveTokenizer(name)).toThrow(message)
  })

  test.each([[3], [{}], [{ pattern: 3 }], [{ pattern: 'a', style: 'perl' }], [null]])('%j', (choice) => {
    expect(() => resolveTokenizer(choice as never)).toThrow('tokenizer: the name of a preset, a path, or a hub id is needed')
  })
})
