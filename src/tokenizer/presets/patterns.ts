/*
 * The regexes of the presets. Most are variations of two, GPT-2's and cl100k's, so they are put together from parts; the parts are the
 * authors', and so is how the dialect is used.
 */

const raw = String.raw

// parts
const CONTRACTIONS = raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)`
const SHORT_CONTRACTIONS = raw`'(?i:[sdmt]|ll|ve|re)`
const WORD = raw`[^\r\n\p{L}\p{N}]?\p{L}+`
const SYMBOLS = raw` ?[^\s\p{L}\p{N}]+[\r\n]*`
const SPACES = raw`\s*[\r\n]+|\s+(?!\S)|\s+`

// the family of GPT-2
export const GPT2 = raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
export const R50K_TIKTOKEN = raw`'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s`
export const GPT2_MINBPE = raw`'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
export const CLIP = raw`'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`

// the family of cl100k
export const CL100K = `${CONTRACTIONS}|${WORD}|${raw`\p{N}{1,3}`}|${SYMBOLS}|${SPACES}`
export const CL100K_TIKTOKEN = raw`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`
const minbpe = (digits: string): string =>
  `${SHORT_CONTRACTIONS}|${raw`[^\r\n\p{L}\p{N}]?+\p{L}+`}|${digits}|${raw` ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+`}`
export const GPT4_MINBPE = minbpe(raw`\p{N}{1,3}`)
export const NANOCHAT = minbpe(raw`\p{N}{1,2}`)
export const BAILINGMOE = minbpe(raw`\p{N}`)
export const GPT4_HUB_090 = `${SHORT_CONTRACTIONS}|${WORD}|${raw`\p{N}{1,3}`}|${SYMBOLS}|${raw`\s*[\r\n]|\s+(?!\S)|\s`}`
export const JAIS2 = `${CONTRACTIONS}|${WORD}|${raw`\p{N}{1,3}`}|${SYMBOLS}|${raw`\s*[\r\n]+`}|${[512, 256, 128, 64, 32, 16, 8, 4]
  .map((count) => raw`\s{${count}}(?!\S)`)
  .join('|')}|${raw`\s{1,2}(?!\S)|\s{1}`}`
export const MINICPM5 = `${CONTRACTIONS}|${WORD}|${raw`\p{N}+`}|${SYMBOLS}|${SPACES}`

// the family of Qwen 2: cl100k with single digits
export const QWEN2 = `${CONTRACTIONS}|${WORD}|${raw`\p{N}`}|${SYMBOLS}|${SPACES}`
/** With CR and LF as they are, where others have `\r` and `\n`. */
export const QWEN2_RAW = QWEN2.replaceAll(raw`\r\n`, '\r\n')
export const QWEN3_5 = `${CONTRACTIONS}|${raw`[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*`}|${SPACES}`
export const LETTERS_MARKS = `${CONTRACTIONS}|${raw`[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*)+|\p{N}`}|${SYMBOLS}|${SPACES}`
export const SEED_CODER = `${CONTRACTIONS}|${WORD}|${raw`\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+`}|${SPACES}`.replaceAll(raw`\r\n`, '\r\n')
export const UFAKZEKA = `${WORD}|${raw`\p{N}`}|${SYMBOLS}|${SPACES}`
export const NBSP_H = `${CONTRACTIONS}|${raw` (?!\h?\p{N})\h?(?:\p{L}\p{M}*)+|\p{N}| ?[^\s\p{L}\p{N}\p{M}]+[\r\n]*`}|${SPACES}`
export const EXAONE_MOE = `${CONTRACTIONS}|${raw`[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+`}`
export const LUCIE =
  raw`(?i: ?(?:[jtmslndcy]['’]|qu['’]|jusqu['’]|lorsqu['’]|puisqu['’]|quoiqu['’]|aujourd['’]hui)|['’][stmd]|['’][rv]e|['’]ll)` +
  `| ?${raw`\p{L}+|\p{N}`}|${SYMBOLS}|${SPACES}`

// the family of o200k: words are cut where small letters turn into capitals
const UPPER = raw`\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}`
const LOWER = raw`\p{Ll}\p{Lm}\p{Lo}\p{M}`
const caseRuns = (upper: string, lower: string, after: string, rest: string): string =>
  raw`[^\r\n\p{L}\p{N}]?[${upper}]*[${lower}]+${after}|[^\r\n\p{L}\p{N}]?[${upper}]+[${lower}]*${after}|${rest}`
const PATHS = raw` ?[^\s\p{L}\p{N}]+[\r\n/]*`
const THREE_DIGITS = raw`\p{N}{1,3}`
export const O200K = caseRuns(UPPER, LOWER, `${CONTRACTIONS}?`, `${THREE_DIGITS}|${PATHS}|${SPACES}`)
export const TEKKEN = caseRuns(UPPER, LOWER, '', `${raw`\p{N}`}|${PATHS}|${SPACES}`)
export const KIMI = raw`[\p{Han}]+|${caseRuns(`${UPPER}&&[^${raw`\p{Han}`}]`, `${LOWER}&&[^${raw`\p{Han}`}]`, `${CONTRACTIONS}?`, `${THREE_DIGITS}|${SYMBOLS}|${SPACES}`)}`
export const YOUTU = caseRuns(
  UPPER,
  LOWER,
  "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])?",
  `${raw`\p{N}`}|${PATHS}|${SPACES}`,
)
export const YOUTU_SCRIPTS = '[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+'

// DeepSeek, and those that follow it
export const UP_TO_THREE_DIGITS = THREE_DIGITS
export const CJK = '[一-龥぀-ゟ゠-ヿ]+'
const ASCII_WORD = raw`[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_${'`'}{|}~][A-Za-z]+`
const MARKED_WORD = raw`[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+`
const AFMOE_REST = `${ASCII_WORD}|${MARKED_WORD}|${raw` ?[\p{P}\p{S}]+[\r\n]*`}|${SPACES}`
export const AFMOE_WORDS = AFMOE_REST
/** The same with CR and LF as they are. */
export const DEEPSEEK_V3 = AFMOE_REST.replaceAll(raw`\r\n`, '\r\n')
export const SPARK = `${ASCII_WORD}|${MARKED_WORD}|${raw` ?[\p{P}\p{S}]+|[\r\n]|\s+(?!\S)|\s+`}`.replaceAll(raw`\r\n`, '\r\n')
/** Reaches from U+0800: with the scripts of South and South-East Asia. */
export const DEEPSEEK_ASIAN = '[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+'
/** The letters that DeepSeek LLM's pattern lists: those with case, and some more, of an old Unicode. */
const DEEPSEEK_LETTERS = [
  'A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af\u0370-\u0373\u0376\u0377',
  '\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u10a0-\u10c5',
  '\u13a0-\u13f5\u13f8-\u13fd\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d',
  '\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4',
  '\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d',
  '\u2124\u2126\u2128\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4',
  '\u2ceb-\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf\ufb00-\ufb06',
  '\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a\u{10400}-\u{1044f}\u{104b0}-\u{104d3}\u{104d8}-\u{104fb}\u{10c80}-\u{10cb2}',
  '\u{10cc0}-\u{10cf2}\u{118a0}-\u{118df}\u{1e900}-\u{1e943}',
].join('')
export const DEEPSEEK_LLM_WORDS = raw`\s?[${DEEPSEEK_LETTERS}]+`
export const DEEPSEEK_LLM_SYMBOLS = raw`\s?[!-/:-~` + '\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+'
