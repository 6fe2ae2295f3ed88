import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import { inItsWords, officialTokenizer } from '../support/officialTokenizer.ts'

// files as tokenizers of several years wrote them, with the fields that they had, and a model of a few words
const FOLDER = join(import.meta.dirname, 'files')

const TEXTS = [
  '',
  ' ',
  "Hello, world!! it's  we'll  DON'T  a\t\tb\n\nc  ",
  'def f(x):\r\n    return x+1\r\n',
  '12345 1234567 x86_64 ½ ² ٣٤٥ Ⅻ',
  '日本語テキスト。中文abc混合 カタカナ',
  'café nai\u0308ve \u0301x Ångström ﬁn ①',
  'a\u0085b \u0085 c \u00a0 d\u3000e',
  'нещо м мир Привет ΟΔΟΣ İ',
  "a--b---c -``quoted'' (a|b) under_score__x",
  'emoji 👍🏽 🎉🔥 नमस्ते \u200b\u200d',
]

/** The same with the file's own tokens in it, alone and side by side. */
const withTokens = (tokens: readonly string[]): string[] =>
  tokens.slice(0, 6).flatMap((token, i) => [token, `${TEXTS[2 + i]}${token}x ${token}${token} ${TEXTS[3 + i]}`])

/** Special tokens end documents: what stands first behind one is at the start of a text. */
const documents = (text: string, specialTokens: readonly string[]): string[] =>
  specialTokens.length === 0 ? [text] : text.split(new RegExp(specialTokens.map((token) => token.replace(/[^\w]/g, '\\$&')).join('|')))

describe.each(readdirSync(FOLDER))('%s', (name) => {
  const path = join(FOLDER, name)
  const json = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown> & { added_tokens: { content: string }[] }

  test('gives the pieces of the official engine', async () => {
    const pipeline = resolveTokenizer(path)
    const { splitToBytes } = createPipelineSplitter(pipeline, pipeline.specialTokens)
    const contents = pipeline.addedTokens.map(({ content }) => content)
    for (const text of [...TEXTS, ...withTokens(contents)]) {
      const expected = (await Promise.all(documents(text, pipeline.specialTokens).map((part) => officialTokenizer(json, part)))).flat()
      // the engine writes an added token as it is, and pieces of text in its alphabet
      const ours = splitToBytes(text).map((piece) => {
        const itself = Buffer.from(piece).toString('utf8')
        return contents.includes(itself) && expected.includes(itself) ? itself : inItsWords(json.pre_tokenizer, [piece])[0]
      })
      expect(ours, JSON.stringify(text)).toEqual(expected)
    }
  })
})
