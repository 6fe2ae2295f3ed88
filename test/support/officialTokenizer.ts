import tokenizers from 'tokenizers'
import { toByteLevel } from '../../src/tokenizer/byteLevel.ts'
import { tokenizerJson } from './tokenizerJson.ts'

/** Whether a pre-tokenizer's pieces come out in the byte alphabet. */
export const isByteLevel = (preTokenizer: unknown): boolean => JSON.stringify(preTokenizer).includes('"type":"ByteLevel"')

/** Pieces of ours as the official engine writes them. */
export const inItsWords = (preTokenizer: unknown, pieces: readonly Uint8Array[]): string[] =>
  pieces.map((piece) => (isByteLevel(preTokenizer) ? toByteLevel(piece) : Buffer.from(piece).toString('utf8')))

/** The official engine on a normalizer and pre-tokenizer as in tokenizer.json: the pieces of a text, in its words. */
export const officialPieces = (normalizer: unknown, preTokenizer: unknown): ((text: string) => string[]) => {
  const tokenizer = tokenizers.Tokenizer.fromString(JSON.stringify(tokenizerJson({ normalizer, pre_tokenizer: preTokenizer })))
  const [normalize, cut] = [tokenizer.getNormalizer(), tokenizer.getPreTokenizer()]
  return (text) => {
    const normalized = normalize === null ? text : normalize.normalizeString(text)
    if (normalized === '') return []
    return cut === null ? [normalized] : cut.preTokenizeString(normalized).map(([piece]) => piece)
  }
}

/**
 * The official engine on a whole tokenizer.json: the pieces of a text and the added tokens in it that are not special, in its words. Its
 * model is exchanged for one that knows single characters only, so that the tokens of a piece are its characters.
 */
export const officialTokenizer = (json: Record<string, unknown>, text: string): Promise<string[]> => {
  const added = json.added_tokens as { content: string; special: boolean }[]
  const normalize = tokenizers.Tokenizer.fromString(JSON.stringify({ ...json, model: tokenizerJson({}).model })).getNormalizer()
  const symbols = isByteLevel(json.pre_tokenizer)
    ? Array.from({ length: 256 }, (_, byte) => toByteLevel(Uint8Array.of(byte)))
    : [...new Set(`${text}${normalize === null || text === '' ? '' : normalize.normalizeString(text)}▁ `)]
  const tokenizer = tokenizers.Tokenizer.fromString(
    JSON.stringify({
      ...json,
      added_tokens: added.map((token, i) => ({ ...token, id: symbols.length + i })),
      model: {
        type: 'BPE',
        merges: [],
        vocab: Object.fromEntries(symbols.map((symbol, i) => [symbol, i])),
      },
    }),
  )
  const special = new Set(added.filter((token) => token.special).map(({ content }) => content))
  return tokenizer.encode(text, null, { addSpecialTokens: false }).then((encoding) => {
    const words = encoding.getWordIds()
    const pieces: { text: string; isSpecial: boolean }[] = []
    const ids = encoding.getIds()
    encoding.getTokens().forEach((token, i) => {
      if (i > 0 && words[i] === words[i - 1]) pieces.at(-1)!.text += token
      else pieces.push({ text: token, isSpecial: ids[i] >= symbols.length && special.has(token) })
    })
    return pieces.filter(({ isSpecial }) => !isSpecial).map((piece) => piece.text)
  })
}

/** Whether the official engine loads a tokenizer.json with these parts. */
export const officialLoads = (parts: Record<string, unknown>): boolean => {
  try {
    tokenizers.Tokenizer.fromString(JSON.stringify(tokenizerJson(parts)))
    return true
  } catch {
    return false
  }
}
