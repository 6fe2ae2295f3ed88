import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SENTENCE_PIECE } from '../../scripts/bench/sentencePiece.js'
import { pretokenize } from '../../src/pipeline.ts'
import { officialPieces } from '../support/officialTokenizer.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { tokenizerJson } from '../support/tokenizerJson.ts'

const { folder } = temporaryFolder()

const SEPARATOR = '<|endoftext|>'
const DATA = new URL('../../data/', import.meta.url)

const documents = (): string[] => {
  const samples = ['multilingual.txt', 'prose.txt'].map((name) => readFileSync(new URL(name, DATA), 'utf8').slice(0, 300_000))
  const decomposed = samples[0].slice(0, 50_000).normalize('NFD')
  const odd = ['  a  b  ', '\u00a0x\u00a0\u0301', '\r\n a\r\n', 'ﬁ\u0301 ｶﾞ กำ\u0301', ' \u00a8 \u00a8', '\u3000', '', 'ab\u0001\u0001 ', '▁a ▁b▁ c', "``x''  ' '' `"]
  return [...samples, decomposed].flatMap((text) => text.split(/\n\n|<\|endoftext\|>/)).concat(odd, odd.map((text) => text.repeat(50)))
}

describe.each(SENTENCE_PIECE)('$models', ({ models, normalizer, preTokenizer: pre_tokenizer }) => {
  test('counts are those of the official engine', async () => {
    const texts = documents()
    const cut = officialPieces(normalizer, pre_tokenizer)
    const wanted = new Map<string, number>()
    for (const piece of texts.flatMap(cut)) if (piece !== '') wanted.set(piece, (wanted.get(piece) ?? 0) + 1)
    expect(wanted.size).toBeGreaterThan(5000)
    const path = join(folder, `${models.replace(/\W+/g, '-')}.json`)
    writeFileSync(path, JSON.stringify(tokenizerJson({ normalizer, pre_tokenizer })))
    const corpus = join(folder, 'corpus.txt')
    writeFileSync(corpus, texts.join(SEPARATOR))
    for (const options of [{}, { numProcesses: 2, blockBytes: 4096 }, { numProcesses: 1, engine: 'reference' }] as const) {
      const counts = await pretokenize(corpus, [SEPARATOR], { tokenizer: path, ...options })
      expect(new Map(counts)).toEqual(wanted)
    }
  })
})
