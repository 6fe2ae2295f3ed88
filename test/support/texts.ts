import fc from 'fast-check'

/** Characters on which engines and patterns differ (white space of all kinds, case folding, digits, marks, scripts, unassigned, …). */
const TROUBLE = [
  'a', 'b', 's', 't', 'S', 'T', 'l', 'L', 'r', 'e', 'v', 'm', 'd', 'A', 'Z', 'é', 'É', 'ß', 'ſ', 'K', 'ǅ', 'ʰ', 'ª', '日', '本', 'カ', 'ー', '々', '〇', '한', 'ไ', 'ह', 'ि', 'ी', '्',
  '\u0301', '\u0323', '\u20dd', '\u200d', '\u200c', '\u200b', '\ufeff', '\u180e', '0', '1', '9', '٣', '²', '½', 'Ⅻ', '𝟘', '①', '𐐀', '𐐨', '𝔘', '\u{10940}', '\u{1e95e}',
  ' ', '  ', '\t', '\n', '\r', '\r\n', '\v', '\f', '\u0085', '\u00a0', '\u1680', '\u2003', '\u2028', '\u2029', '\u202f', '\u205f', '\u3000', '\u001c', '\u001f', '\u0000', '\u007f',
  "'", '’', "'s", "'S", "'ſ", "'t", "'re", "'RE", "'ll", "'lL", "'ve", "'m", "'d", '"', '.', ',', '!', '-', '_', '/', '\\', '(', ')', '[', '{', '|', '+', '=', '<', '>', '$', '€', '…', '、', '。', '؟',
  '😀', '👍🏽', '👩‍👩‍👧', '\ufffd', '\u0378', '\ue000', '\u{10ffff}', '\u1160', '\u11a8', 'ᄀ', '가', 'e\u0301', 'Å', '\u{11935}\u{11930}', '\u1abf',
]

/** Well-formed texts made of troublesome characters, runs of them, words, and any code point at all. */
export const troublesomeText = (maxLength = 40): fc.Arbitrary<string> => {
  const trouble = fc.constantFrom(...TROUBLE)
  const run = fc.tuple(trouble, fc.integer({ min: 2, max: 9 })).map(([character, times]) => character.repeat(times))
  const word = fc.constantFrom('Hello', 'world', 'iPhone', 'camelCase', 'HTTPServer', 'нещо', 'Привет', 'ΟΔΟΣ', 'हिन्दी', '안녕하세요', '2024', '3.14', '10,000', 'x86_64', 'DON\'T', 'naïve')
  const anything = fc.string({ unit: 'binary', maxLength: 3 })
  const parts = fc.array(fc.oneof({ weight: 6, arbitrary: trouble }, { weight: 2, arbitrary: run }, { weight: 2, arbitrary: word }, { weight: 1, arbitrary: anything }), { maxLength })
  return parts.map((list) => list.join('').toWellFormed())
}

export const TROUBLESOME = TROUBLE

/** Texts in which each chosen code point stands between letters, and between a space and a digit. */
export function* codePointTexts(chosen: (codePoint: number) => boolean): Generator<string> {
  for (let start = 0; start < 0x110000; start += 0x1000) {
    let text = ''
    for (let c = start; c < start + 0x1000; c++) if ((c < 0xd800 || c > 0xdfff) && chosen(c)) text += `a${String.fromCodePoint(c)}b ${String.fromCodePoint(c)} ${String.fromCodePoint(c)}1\n`
    if (text !== '') yield text
  }
}
