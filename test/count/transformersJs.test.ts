import { describe, expect, test } from 'vitest'
import { pretokenize } from '../../dist/index.js'
import { createTransformersJsCounter, loadTransformersJs, transformersJsEngine } from '../../src/count/transformersJs.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import type { Pipeline } from '../../src/types.ts'
import { countDocuments } from '../support/feed.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { tokenizerJson } from '../support/tokenizerJson.ts'

const { file } = temporaryFolder()
const GPT2 = resolveTokenizer('gpt2')
const withConfig = (preTokenizer: unknown, normalizer: unknown = null): Pipeline => ({ ...GPT2, huggingFace: { normalizer, preTokenizer } })
const cutBy = async (pipeline: Pipeline): Promise<(text: string, section?: number) => string[]> => {
  const cut = await loadTransformersJs(transformersJsEngine(pipeline))
  return (text, section = 0) => cut(text, section).map((piece) => Buffer.from(piece).toString('utf8'))
}

describe('the engine transformers.js', () => {
  test('cuts as it does, and gives bytes, not symbols for them', async () => {
    expect((await cutBy(GPT2))("it's é 日")).toEqual(['it', "'s", ' é', ' 日'])
  })

  test('where it differs from the reference, its own pieces come out', async () => {
    const punctuation = { type: 'Punctuation', behavior: 'Isolated' } // it knows runs only
    expect((await cutBy(withConfig(punctuation)))('a!!b')).toEqual(['a', '!!', 'b'])
    const digits = { type: 'Digits', individual_digits: true } // it knows ASCII only
    expect((await cutBy(withConfig(digits)))('12½')).toEqual(['1', '2', '½'])
    expect((await cutBy(withConfig(digits)))('1½2½½')).toEqual(['1', '½', '2', '½½'])
  })

  test('normalizes, and leaves out what is empty', async () => {
    const cut = await cutBy(withConfig(null, { type: 'Lowercase' }))
    expect([cut('ΟΔΟΣ'), cut('')]).toEqual([['οδος'], []])
  })

  test('knows the place of a section', async () => {
    const cut = await cutBy(
      withConfig({ type: 'Metaspace', replacement: '▁', add_prefix_space: true, prepend_scheme: 'first', split: false }),
    )
    expect([cut('a b'), cut('a b', 1)]).toEqual([['▁a▁b'], ['a▁b']])
  })

  test('refuses what it does not know, and what is no tokenizer.json', async () => {
    await expect(cutBy(withConfig({ type: 'UnicodeScripts' }))).rejects.toThrow(
      'engine transformers.js: Unknown PreTokenizer type: UnicodeScripts',
    )
    expect(() => transformersJsEngine(resolveTokenizer('kimi_k2'))).toThrow(
      'it reads tokenizer.json, and kimi_k2 is a pattern for tiktoken',
    )
  })

  test('symbols that stand for no byte are an error', async () => {
    const metaspace = { type: 'Metaspace', replacement: '▁', add_prefix_space: true, prepend_scheme: 'always', split: false }
    const cut = await cutBy(withConfig({ type: 'Sequence', pretokenizers: [{ type: 'ByteLevel', add_prefix_space: false }, metaspace] }))
    expect(() => cut('a')).toThrow('has symbols that stand for no byte')
  })
})

describe('its counter', () => {
  const start = async (maxPieceBytes = 1000) =>
    createTransformersJsCounter(await loadTransformersJs(transformersJsEngine(GPT2)), { blockBytes: 10, maxPieceBytes })

  test('counts documents, each on its own', async () => {
    expect(countDocuments(GPT2, ['a b', ' b', ''], await start())).toEqual(
      new Map([
        ['a', 1],
        [' b', 2],
      ]),
    )
  })

  test('text in any feeds, and pieces that are not cut', async () => {
    const counter = await start()
    for (const part of ['one t', 'wo']) counter.text(Buffer.from(part))
    counter.piece(Buffer.from('<a b>'))
    counter.text(Buffer.from(' two'))
    counter.endDocument()
    counter.flush()
    expect(counter).toMatchObject({ pieces: 4, distinct: 3, dropped: 0, pending: 0 })
  })

  test('a document longer than the longest piece is an error, for it is cut as a whole', async () => {
    const counter = await start(10)
    expect(() => counter.text(Buffer.from('a b c d e f g h'))).toThrow('longer than 10 bytes')
  })

  test('spills when it would hold more than its share', async () => {
    const spilled: string[] = []
    const counter = createTransformersJsCounter(await loadTransformersJs(transformersJsEngine(GPT2)), {
      blockBytes: 10,
      maxPieceBytes: 1000,
      memoryBytes: 1,
      spill: (handOver) =>
        handOver((_, bytes, from, to, count) => spilled.push(`${Buffer.from(bytes.subarray(from, to)).toString()} ${count}`)),
    })
    for (const document of ['b a', 'c']) {
      counter.text(Buffer.from(document))
      counter.endDocument()
    }
    counter.drain()
    expect(spilled.sort()).toEqual([' a 1', 'b 1', 'c 1'])
    expect(counter).toMatchObject({ distinct: 0, pieces: 3 })
  })
})

describe('a run', () => {
  test('in workers, with the tokens of the tokenizer; every byte is accounted for', async () => {
    const text = file('text.txt', "it's<|endoftext|>12 x½!!<|endoftext|>".repeat(100))
    const options = { tokenizer: 'gpt2', numProcesses: 2, chunkBytes: 500 }
    const counts = await pretokenize(text, ['<|endoftext|>'], { ...options, engine: 'transformers.js' })
    expect(counts.receipt).toMatchObject({ engine: 'transformers.js', unicode: process.versions.unicode, bytes: { dropped: 0 } })
    expect([...counts]).toEqual([...(await pretokenize(text, ['<|endoftext|>'], options))])
  })

  test('of a tokenizer that puts text in: the receipt adds up', async () => {
    const text = file('prefix.txt', 'a b')
    const counts = await pretokenize(text, [], { tokenizer: 'roberta_prefix_space', engine: 'transformers.js' })
    expect([...counts].sort()).toEqual([
      [' a', 1],
      [' b', 1],
    ])
    expect(counts.receipt!.bytes).toMatchObject({ read: 3, pieces: 4, dropped: 0, normalizedGain: -1 })
  })

  test('of a file that it reads otherwise than the reference', async () => {
    const text = file('words.txt', 'a\u0085b c') // U+0085 is white space, but not to JavaScript
    const tokenizer = file('words.json', JSON.stringify(tokenizerJson({ pre_tokenizer: { type: 'WhitespaceSplit' } })))
    const piecesBy = async (engine: 'auto' | 'transformers.js') =>
      [...(await pretokenize(text, [], { tokenizer, engine }))].map(([piece]) => piece)
    expect(await piecesBy('auto')).toEqual(['a', 'b', 'c'])
    expect(await piecesBy('transformers.js')).toEqual(['a\u0085b', 'c'])
  })
})
