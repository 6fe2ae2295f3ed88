import { describe, expect, test } from 'vitest'
import { PRESETS } from '../../src/tokenizer/presets.ts'
import { makeCharsmap } from '../support/charsmap.ts'
import { pretok } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { addedToken, tokenizerJson } from '../support/tokenizerJson.ts'

const { file, folder } = temporaryFolder()
const DIGITS = { type: 'Split', pattern: { Regex: '\\p{N}' }, behavior: 'Isolated', invert: false }
const added_tokens = [addedToken('<s>'), addedToken('<n>', { special: false })]
const tokenizer = file('tokenizer.json', JSON.stringify(tokenizerJson({ added_tokens, pre_tokenizer: DIGITS })))

const split = (...args: string[]): unknown[] => {
  const { stdout, stderr, code } = pretok(['split', ...args])
  expect([code, stderr]).toEqual([0, ''])
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}

describe('a tokenizer of a file', () => {
  test('brings its special tokens; -s adds to them, --no-default-special-tokens leaves them out', () => {
    const text = 'a<s>b1<n>c<t>d'
    expect(split(text, '-t', tokenizer)).toEqual(['a', 'b', '1', '<n>', 'c<t>d'])
    expect(split(text, '-t', tokenizer, '-s', '<t>')).toEqual(['a', 'b', '1', '<n>', 'c', 'd'])
    expect(split(text, '-t', folder, '-s', '<t>', '--no-default-special-tokens')).toEqual(['a<s>b', '1', '<n>', 'c', 'd'])
  })

  test('counts, and is named in the receipt', () => {
    const corpus = file('corpus.txt', 'a<s>b1<n>')
    const receipt = `${folder}/receipt.json`
    const { stdout, code } = pretok(['count', corpus, '-t', tokenizer, '-o', '-', '--output-format', 'tsv', '--receipt', receipt, '-q'])
    expect([code, stdout]).toEqual([0, 'piece\tcount\n1\t1\n<n>\t1\na\t1\nb\t1\n'])
    expect(JSON.parse(pretok(['plan', corpus, '-t', tokenizer]).stdout)).toMatchObject({ tokenizer, specialTokens: ['<s>'] })
  })

  test('a preset that lacks something of the model says so when it counts', () => {
    const corpus = file('short.txt', 'a b')
    const { stderr } = pretok(['count', corpus, '-t', 'phi-4', '-o', '-'])
    expect(stderr).toContain(
      'tokenizer phi-4 (cl100k_base): text is cut without its special tokens, which are not known here (-s names them)',
    )
    expect(pretok(['count', corpus, '-t', 'gpt-4', '-o', '-']).stderr).not.toContain('text is cut without')
  })

  test('what cannot be honoured is named, with its place', () => {
    const broken = file(
      'broken.json',
      JSON.stringify(tokenizerJson({ pre_tokenizer: { type: 'Sequence', pretokenizers: [DIGITS, { type: 'Foo' }] } })),
    )
    const { stderr, code } = pretok(['split', 'x', '-t', broken])
    expect(code).toBe(2)
    expect(stderr).toContain(`reading ${broken}: pre_tokenizer.pretokenizers[1].type is "Foo"; there are BertPreTokenizer, ByteLevel`)
  })
})

describe('pretok tokenizers', () => {
  test('lists each preset with its family, models and other names', () => {
    const { stdout } = pretok(['tokenizers'])
    for (const { name, aliases } of PRESETS) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name}(?: |$)`, 'm'))
      for (const alias of aliases) expect(stdout).toContain(typeof alias === 'string' ? alias : alias.name)
    }
    expect(stdout).toMatch(/^BERT: words and punctuation/m)
    expect(stdout).toContain('only with the tokenizer.json of the model')
  })

  test('as JSON', () => {
    const list = JSON.parse(pretok(['tokenizers', '--json']).stdout) as Record<string, unknown>[]
    expect(list.map(({ name }) => name)).toEqual(PRESETS.map(({ name }) => name))
    expect(list.find(({ name }) => name === 'kimi_k2')).toMatchObject({
      family: expect.stringContaining('o200k'),
      aliases: expect.arrayContaining(['kimi-k2']),
      definition: { tiktoken: expect.stringContaining('\\p{Han}') },
      specialTokens: expect.arrayContaining(['[BOS]']),
    })
  })

  test('--explain shows every stage, of presets and of files', () => {
    const { stdout } = pretok(['tokenizers', '--explain', 'laguna'])
    expect(stdout).toMatch(/^stage 1 {5}split, isolated, by oniguruma "\[\^\\\\n\]\+\|\[\\\\n\]\+"$/m)
    expect(stdout).toMatch(/^stage 2 {5}split, isolated/m)
    expect(stdout.match(/^classes /gm)).toHaveLength(2)
    expect(pretok(['tokenizers', '--explain', tokenizer]).stdout).toMatch(/^added {7}<n> \(pieces of their own\)$/m)
    expect(pretok(['tokenizers', '--explain', 'qwen3']).stdout).toMatch(/^normalizer {2}nfc$/m)
    const normalizer = { type: 'Precompiled', precompiled_charsmap: makeCharsmap([['a', 'b']]) }
    const { stdout: table } = pretok(['tokenizers', '--explain', file('table.json', JSON.stringify(tokenizerJson({ normalizer })))])
    expect(table).toMatch(/^normalizer {2}precompiled, a charsmap of \d+ bytes$/m)
  })

  test.each([
    ['o200k_base', 'simd'],
    ['deepseek_v3', 'automaton; 3 stages cut the text in one pass'],
    ['deepseek_llm', 'automaton; 6 stages cut the text in 2 passes'],
    ['afmoe_trinity', 'simd; 6 stages cut the text in 4 passes'],
  ])('--explain tells the tier: %s', (name, tier) => {
    expect(pretok(['tokenizers', '--explain', name]).stdout).toContain(`\ntier        ${tier}`)
  })

  test('--explain --json gives the pipeline as data', () => {
    expect(JSON.parse(pretok(['tokenizers', '--explain', 'falcon', '--json']).stdout)).toMatchObject({
      name: 'falcon',
      stages: [
        { kind: 'split', behavior: 'contiguous', compiled: { unit: 'code points', classes: 2, looksAhead: false } },
        { kind: 'split', pattern: expect.stringContaining('\\p{L}') },
        { kind: 'byte-map' },
        { kind: 'split', compiled: { unit: 'bytes' } },
        { kind: 'split', pattern: '[0-9][0-9][0-9]', behavior: 'isolated' },
      ],
      tier: { name: 'automaton' },
    })
    expect(pretok(['tokenizers', '--explain', 'gpt2', '--json', '--dot'])).toMatchObject({ code: 2, stdout: '' })
  })

  test('--explain --dot gives a graph for each', () => {
    expect(pretok(['tokenizers', '--explain', 'laguna', '--dot']).stdout.match(/^digraph/gm)).toHaveLength(2)
    // a stage that is not compiled is a comment, and the others have their graphs
    const far = { type: 'Split', pattern: { Regex: '(?<=ab)c' }, behavior: 'Isolated', invert: false }
    const mixed = file('mixed.json', JSON.stringify(tokenizerJson({ pre_tokenizer: { type: 'Sequence', pretokenizers: [DIGITS, far] } })))
    const graphs = pretok(['tokenizers', '--explain', mixed, '--dot'])
    expect(graphs.code).toBe(0)
    expect(graphs.stdout).toMatch(/^\/\/ stage 2\n\/\/ not compiled: pattern: look-behind of more than one code point at 0 in /m)
    expect(graphs.stdout.match(/^digraph/gm)).toHaveLength(1)
  })
})
