import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pretokenize } from '../../src/pipeline.ts'
import { keyOf, makeCharsmap } from '../support/charsmap.ts'
import { officialPieces } from '../support/officialTokenizer.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { tokenizerJson } from '../support/tokenizerJson.ts'

const { folder } = temporaryFolder()

/** What SentencePiece's own rules (nmt_nfkc) come to: NFKC character by character, letters composed with marks, control characters to spaces or nothing. */
const nmtNfkc = (): string => {
  const entries = new Map<string, string>()
  for (let codePoint = 1; codePoint < 0x10000; codePoint++) {
    const character = String.fromCodePoint(codePoint)
    const normalized = character.normalize('NFKC')
    if ((codePoint < 0xac00 || codePoint >= 0xe000) && normalized !== character) entries.set(keyOf(character), normalized)
  }
  for (let codePoint = 0xc0; codePoint < 0x250; codePoint++) {
    const [character, decomposed] = [String.fromCodePoint(codePoint), String.fromCodePoint(codePoint).normalize('NFD')]
    if (decomposed !== character) entries.set(keyOf(decomposed), character.normalize('NFKC'))
  }
  for (const character of '\u0001\u0008\u000e\u001f\u007f') entries.set(keyOf(character), '')
  for (const character of '\t\n\f\r\u2028\u200b') entries.set(keyOf(character), ' ')
  return makeCharsmap(entries)
}

const PRECOMPILED = { type: 'Precompiled', precompiled_charsmap: nmtNfkc() }
const replace = (pattern: object, content: string) => ({ type: 'Replace', pattern, content })
const strip = (left: boolean, right: boolean) => ({ type: 'Strip', strip_left: left, strip_right: right })
const inTurn = (...normalizers: object[]) => ({ type: 'Sequence', normalizers })
const METASPACE = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }
const IN_TURN = { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, METASPACE] }
const PUNCTUATION = { type: 'Sequence', pretokenizers: [{ type: 'Punctuation', behavior: 'Isolated' }, METASPACE] }
const SPACES = { Regex: ' {2,}' }

/** As models have them, or converters of transformers make them. */
const CONFIGS: [models: string, normalizer: object, preTokenizer: object][] = [
  ['T5, Pegasus, XLM-R', PRECOMPILED, IN_TURN],
  ['mT5 as converted now', PRECOMPILED, METASPACE],
  ['NLLB', inTurn(PRECOMPILED, replace(SPACES, ' ')), METASPACE],
  ['XLM-R as converted now, BGE-M3', inTurn(PRECOMPILED, strip(false, true), replace(SPACES, '▁')), METASPACE],
  ['DeBERTa v2 and v3', inTurn(strip(true, true), PRECOMPILED, replace(SPACES, ' ')), METASPACE],
  ['DeBERTa v2, punctuation apart', inTurn({ type: 'Lowercase' }, strip(true, true), PRECOMPILED, replace(SPACES, ' ')), PUNCTUATION],
  [
    'ALBERT, XLNet',
    inTurn(
      replace({ String: '``' }, '"'),
      replace({ String: "''" }, '"'),
      { type: 'NFKD' },
      { type: 'StripAccents' },
      { type: 'Lowercase' },
      PRECOMPILED,
      replace(SPACES, ' '),
    ),
    METASPACE,
  ],
]

const SEPARATOR = '<|endoftext|>'
const DATA = new URL('../../data/', import.meta.url)

const documents = (): string[] => {
  const samples = ['multilingual.txt', 'prose.txt'].map((name) => readFileSync(new URL(name, DATA), 'utf8').slice(0, 300_000))
  const decomposed = samples[0].slice(0, 50_000).normalize('NFD')
  const odd = ['  a  b  ', '\u00a0x\u00a0\u0301', '\r\n a\r\n', 'ﬁ\u0301 ｶﾞ กำ\u0301', ' \u00a8 \u00a8', '\u3000', '', 'ab\u0001\u0001 ', '▁a ▁b▁ c', "``x''  ' '' `"]
  return [...samples, decomposed].flatMap((text) => text.split(/\n\n|<\|endoftext\|>/)).concat(odd, odd.map((text) => text.repeat(50)))
}

describe.each(CONFIGS)('%s', (name, normalizer, pre_tokenizer) => {
  test('counts are those of the official engine', async () => {
    const texts = documents()
    const cut = officialPieces(normalizer, pre_tokenizer)
    const wanted = new Map<string, number>()
    for (const piece of texts.flatMap(cut)) if (piece !== '') wanted.set(piece, (wanted.get(piece) ?? 0) + 1)
    expect(wanted.size).toBeGreaterThan(5000)
    const path = join(folder, `${name.replace(/\W+/g, '-')}.json`)
    writeFileSync(path, JSON.stringify(tokenizerJson({ normalizer, pre_tokenizer })))
    const corpus = join(folder, 'corpus.txt')
    writeFileSync(corpus, texts.join(SEPARATOR))
    for (const options of [{}, { numProcesses: 2, blockBytes: 4096 }, { numProcesses: 1, engine: 'reference' }] as const) {
      const counts = await pretokenize(corpus, [SEPARATOR], { tokenizer: path, ...options })
      expect(new Map(counts)).toEqual(wanted)
    }
  })
})
