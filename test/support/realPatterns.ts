/*
 * Regexes as people write them for pre-tokenizers: none of them is in use anywhere that we know of, but each could be.
 */

/** What is over of cl100k's regex when letters and digits are cut otherwise. */
const REST = ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+'
const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
const UPPER = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]'
const LOWER = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]'

/** For Oniguruma. */
export const REAL_PATTERNS: Readonly<Record<string, string>> = {
  'cl100k, digits by three from the right': `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}(?=(?:\\p{N}{3})*(?!\\p{N}))|${REST}`,
  'cl100k, digits by three from the right up to a word border': `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\d{1,3}(?=(?:\\d{3})*\\b)|\\p{N}|${REST}`,
  'o200k, digits by two and contractions of more kinds': `[^\\r\\n\\p{L}\\p{N}]?${UPPER}*${LOWER}+(?i:n't|['’](?:s|t|re|ve|m|ll|d))?|[^\\r\\n\\p{L}\\p{N}]?${UPPER}+${LOWER}*(?i:n't|['’](?:s|t|re|ve|m|ll|d))?|\\p{N}{1,2}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
  'Han, kana and Hangul apart': `[\\p{Han}々〇]|[\\p{Hiragana}\\p{Katakana}ー]+|\\p{Hangul}+|${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}&&[^\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Hangul}]]+|\\p{N}{1,3}|${REST}`,
  'Kimi, otherwise': `[\\p{Han}]+|[^\\r\\n\\p{L}\\p{N}]?[${UPPER}&&[^\\p{Han}]]*[${LOWER}&&[^\\p{Han}]]+${CONTRACTIONS}?|[^\\r\\n\\p{L}\\p{N}]?[${UPPER}&&[^\\p{Han}]]+[${LOWER}&&[^\\p{Han}]]*|\\p{N}{1,3}|${REST}`,
  'words of camelCase': '\\p{Lu}?\\p{Ll}+|\\p{Lu}+(?!\\p{Ll})|\\p{L}|\\p{N}+|_+|[^\\s\\p{L}\\p{N}_]|\\s+',
  'borders in camelCase': '(?<=\\p{Ll})(?=\\p{Lu})|(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll})|(?<=\\d)(?=\\p{L})|(?<=\\p{L})(?=\\d)|_|\\s+',
  keywords: '(?i:if|else|for|while|return|function|def|class|list|first|offset)\\b|[A-Za-z_]\\w*|\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|[^\\w\\s]|\\s+',
  'strings and comments': '"(?:[^"\\\\\\n]|\\\\.)*"|\'(?:[^\'\\\\\\n]|\\\\.)*\'|//[^\\n]*|[A-Za-z_$][\\w$]*|0[xX]\\h+|\\d+|\\s+|.',
  'long comments': '/\\*(?:[^*]|\\*+[^*/])*\\*+/|#.*|\\w+|\\s+|[^\\w\\s]',
  indentation: '\\n[ \\t]*|[ \\t]+(?=\\n)| {4}|\\t| ?\\w+| ?[^\\w\\s]+|\\s+(?!\\S)|\\s+',
  'white space by powers of two': `[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+|\\r?\\n|\\s{16}(?!\\S)|\\s{8}(?!\\S)|\\s{4}(?!\\S)|\\s{2}(?!\\S)|\\s`,
  'words with apostrophes': "(?<![\\w'])'(?=\\w)|\\w+(?:['’]\\w+)*|[^\\w\\s]+|\\s+",
  possessive: "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s",
  'stacked quantifiers': `\\p{L}{2}+|\\p{L}|\\p{N}{3}+|\\p{N}{1,2}?|${REST}`,
  'marks with letters': `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}\\p{M}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
  'BLOOM, with more stops': ' ?[^(\\s|[.,;:!?…。，、।۔،؛])]+',
  'DeepSeek in one': "\\p{N}{1,3}|[一-龥぀-ゟ゠-ヿ]+|[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  'links and addresses': 'https?://[^\\s<>"\']+|[\\w.+-]+@[\\w-]+\\.[\\w.-]+|\\w+|[^\\w\\s]+|\\s+',
  emoji: '[\\x{1F1E6}-\\x{1F1FF}]{2}|\\p{So}(?:\\x{200D}\\p{So}|\\x{FE0F}|[\\x{1F3FB}-\\x{1F3FF}])*|\\p{L}+|\\p{N}+|\\s+|[^\\s\\p{L}\\p{N}\\p{So}]+',
  'scripts of South Asia': '[\\p{Thai}]+|[\\p{Devanagari}\\p{M}\\x{200C}\\x{200D}]+|[\\p{Arabic}\\p{M}ـ]+|\\p{L}+|\\p{N}+|\\s+|[^\\s\\p{L}\\p{N}]+',
  'from where the search began': '\\G(?:\\p{L}|\\p{M})+|\\G\\d{1,2}|\\s+|[^\\s]',
  'word borders': '\\b\\w+\\b|\\B[^\\w\\s]+\\B|\\s+|.',
  'numbers as they are written': '\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d+\\.\\d+|\\d+%?|\\p{L}+|[^\\s\\p{L}\\d]+|\\s+',
  LaTeX: '\\\\[A-Za-z]+\\*?|\\\\.|[{}$&#^_~%]|\\p{L}+|\\p{N}|\\s+|[^\\s]',
  'dates and times': '\\d{4}-\\d{2}-\\d{2}(?:T\\d{2}:\\d{2}(?::\\d{2})?)?|\\d+|\\p{L}+|[^\\s\\w]+|\\s+',
  JSON: '[{}\\[\\],:]|"(?:[^"\\\\]|\\\\["\\\\/bfnrt]|\\\\u\\h{4})*"|-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|true|false|null|\\s+',
  'over several lines': `(?x)
    ${CONTRACTIONS}                # contractions
    | [^\\r\\n\\p{L}\\p{N}]? \\p{L}+  (?# words)
    | \\p{N}{1,3} | \\ ? [^\\s\\p{L}\\p{N}]+ [\\r\\n]*
    | \\s* [\\r\\n]+ | \\s+ (?!\\S) | \\s+`,
  'POSIX brackets': " ?[[:alpha:]]+| ?[[:digit:]]+|[[:space:]]+(?![^[:space:]])|[[:space:]]|[[:punct:]]+|[^[:alnum:][:space:][:punct:]]+",
  'named parts': "(?<contraction>'(?i:[sdmt]|ll|ve|re))|(?<word>[^\\r\\n\\p{L}\\p{N}]?\\p{L}+)|(?<quote>['\"`])\\k<quote>*|\\p{N}{1,3}|\\R+|\\N",
  'pictures of all kinds': '\\p{Emoji_Presentation}[\\p{Emoji_Modifier}\\x{FE0F}]*(?:\\x{200D}\\p{Extended_Pictographic})*|\\p{Alpha}+|[^\\p{Alpha}\\p{Emoji_Presentation}]+',
  markup: '<\\|[a-z_]+\\|>|</?[A-Za-z][^>]*>|&[a-z]+;|\\s?\\p{L}+|\\s?\\p{N}+|\\s?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+',
  'English, by its own rules': "(?i:n't|'(?:s|m|d|re|ve|ll|em))(?!\\p{L})| ?\\p{L}+?(?=(?i:n't)(?!\\p{L}))| ?\\p{L}+| ?\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  'punctuation by its sides': '(?<=\\s)\\p{P}+|\\p{P}+(?=\\s|$)|\\p{P}|\\p{L}+|\\p{N}+|\\s+',
  Markdown: '^#{1,6} |^[ \\t]*[-*+] |^>|([=\\-*#_~.])\\1{2,}|\\w+|[^\\w\\s]|[ \\t]+|\\n+',
  identifiers: '\\h{8}(?:-\\h{4}){3}-\\h{12}|0x\\h+|[A-Za-z]+|\\d+|\\W|_',
  'Han one by one, by look-aheads': '(?=\\p{Han})\\p{L}|(?!\\p{Han})\\p{L}+?(?=\\p{Han}|\\P{L}|\\z)|\\P{L}+',
  'lengths that are limited': ' ?\\p{L}{1,16}| ?\\p{N}{1,8}| ?[^\\s\\p{L}\\p{N}]{1,8}|\\s{1,16}(?!\\S)|\\s{1,16}',
  'several words': ' ?\\p{L}+(?: \\p{L}+){0,3}(?!\\p{L})|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+',
  'lines, and what ends them': '[^\\r\\n]+|\\r\\n|\\n+(?=\\n)|\\r|\\n',
}

/** For tiktoken's engine, whose rules differ: it is not here to be asked, so only our tiers are compared. */
export const REAL_TIKTOKEN_PATTERNS: Readonly<Record<string, string>> = {
  'possessive intervals': "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s",
  'ends of the text': '\\p{L}+|\\p{N}{1,2}+(?!\\p{N}$)|\\s+\\z|\\n+\\Z|^\\s|\\s|[^\\s\\p{L}\\p{N}]+?',
  gpt2: "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  cl100k: `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|${REST}`,
  o200k: `[^\\r\\n\\p{L}\\p{N}]?${UPPER}*${LOWER}+${CONTRACTIONS}?|[^\\r\\n\\p{L}\\p{N}]?${UPPER}+${LOWER}*${CONTRACTIONS}?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
  'lines and words': '(?m)^#+ (?-m:.)*$|(?s:/[*].*?[*]/)|(?x: [[:alpha:]] \\w* | \\d+ )|(?P<quote>["`])\\k<quote>|[\\S--[:punct:]]|[\\s\\S]',
  'sets less sets': '[\\p{L}&&[^\\p{Lu}]]+|\\p{Lu}+|\\d+|[^\\p{L}\\d]',
}
