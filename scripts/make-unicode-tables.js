// Makes src/unicode/generated/*.ts from the Unicode Character Database as the @unicode packages carry it.
// Run: node scripts/make-unicode-tables.js [OUT_FOLDER]      (a test compares the result with the committed files)
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)
const out = process.argv[2] ?? fileURLToPath(new URL('../src/unicode/generated', import.meta.url))

// The groups of general categories that real patterns ask for; others are united at load time.
const GROUPS = { L: 'Letter', M: 'Mark', N: 'Number', P: 'Punctuation', S: 'Symbol' }
// The leaf general categories.
const CATEGORIES = {
  Lu: 'Uppercase_Letter',
  Ll: 'Lowercase_Letter',
  Lt: 'Titlecase_Letter',
  Lm: 'Modifier_Letter',
  Lo: 'Other_Letter',
  Mn: 'Nonspacing_Mark',
  Mc: 'Spacing_Mark',
  Me: 'Enclosing_Mark',
  Nd: 'Decimal_Number',
  Nl: 'Letter_Number',
  No: 'Other_Number',
  Pc: 'Connector_Punctuation',
  Pd: 'Dash_Punctuation',
  Ps: 'Open_Punctuation',
  Pe: 'Close_Punctuation',
  Pi: 'Initial_Punctuation',
  Pf: 'Final_Punctuation',
  Po: 'Other_Punctuation',
  Sm: 'Math_Symbol',
  Sc: 'Currency_Symbol',
  Sk: 'Modifier_Symbol',
  So: 'Other_Symbol',
  Zs: 'Space_Separator',
  Zl: 'Line_Separator',
  Zp: 'Paragraph_Separator',
  Cc: 'Control',
  Cf: 'Format',
  Co: 'Private_Use',
  Cn: 'Unassigned',
}
const BINARY = ['White_Space', 'Alphabetic', 'Lowercase', 'Uppercase', 'Join_Control']

// Other binary properties, which no real pattern asks for.
const MORE_BINARY = [
  'ASCII_Hex_Digit',
  'Bidi_Control',
  'Case_Ignorable',
  'Cased',
  'Dash',
  'Default_Ignorable_Code_Point',
  'Deprecated',
  'Diacritic',
  'Emoji',
  'Emoji_Component',
  'Emoji_Modifier',
  'Emoji_Modifier_Base',
  'Emoji_Presentation',
  'Extended_Pictographic',
  'Extender',
  'Grapheme_Base',
  'Grapheme_Extend',
  'Grapheme_Link',
  'Hex_Digit',
  'Hyphen',
  'IDS_Binary_Operator',
  'IDS_Trinary_Operator',
  'IDS_Unary_Operator',
  'ID_Compat_Math_Continue',
  'ID_Compat_Math_Start',
  'ID_Continue',
  'ID_Start',
  'Ideographic',
  'Logical_Order_Exception',
  'Math',
  'Modifier_Combining_Mark',
  'Noncharacter_Code_Point',
  'Other_Alphabetic',
  'Other_Default_Ignorable_Code_Point',
  'Other_Grapheme_Extend',
  'Other_ID_Continue',
  'Other_ID_Start',
  'Other_Lowercase',
  'Other_Math',
  'Other_Uppercase',
  'Pattern_Syntax',
  'Pattern_White_Space',
  'Prepended_Concatenation_Mark',
  'Quotation_Mark',
  'Radical',
  'Regional_Indicator',
  'Sentence_Terminal',
  'Soft_Dotted',
  'Terminal_Punctuation',
  'Unified_Ideograph',
  'Variation_Selector',
  'XID_Continue',
  'XID_Start',
]

const load = async (root, path) => (await import(pathToFileURL(join(root, path)).href)).default

/** Ranges as one line of base-36 numbers: gap before the range, then its length, turn by turn. */
const encode = (ranges) => {
  const words = []
  let at = 0
  for (const { begin, end } of ranges) {
    words.push((begin - at).toString(36), (end - begin).toString(36))
    at = end
  }
  return words.join(' ')
}

/** Pairs (code point, other code point) as gap from the previous code point and difference to the other, turn by turn. */
const encodePairs = (pairs) => {
  let at = 0
  return pairs
    .sort(([a], [b]) => a - b)
    .map(([from, to]) => {
      const words = `${(from - at).toString(36)} ${(to - from).toString(36)}`
      at = from
      return words
    })
    .join(' ')
}

const headerOf = (origin) =>
  '// Made by: node scripts/make-unicode-tables.js\n' +
  `// From: ${origin}. Do not edit.\n` +
  '// A set of code points is a line of base-36 numbers: gap before the range, length of the range, turn by turn.\n\n'

const makeTables = async (version) => {
  const packageFile = require.resolve(`@unicode/unicode-${version}/package.json`)
  const root = dirname(packageFile)
  const packageVersion = JSON.parse(readFileSync(packageFile, 'utf8')).version
  const header = headerOf(`@unicode/unicode-${version} ${packageVersion} (Unicode Character Database ${version})`)
  const ranges = (path) => load(root, `${path}/ranges.mjs`)
  return { root, header, ranges }
}

const record = (name, entries, keyOf = (key) => key) =>
  `export const ${name}: Readonly<Record<string, string>> = {\n${entries.map(([key, text]) => `  ${keyOf(key)}: '${text}',\n`).join('')}}\n`

const unicode16 = async () => {
  const { root, header, ranges } = await makeTables('16.0.0')
  const categories = []
  for (const [short, long] of Object.entries({ ...CATEGORIES, ...GROUPS }))
    categories.push([short, encode(await ranges(`General_Category/${long}`))])
  const scripts = []
  for (const entry of readdirSync(join(root, 'Script'), { withFileTypes: true }))
    if (entry.isDirectory()) scripts.push([entry.name, encode(await ranges(`Script/${entry.name}`))])
  scripts.sort(([a], [b]) => (a < b ? -1 : 1))
  const binary = []
  for (const name of BINARY) binary.push([name, encode(await ranges(`Binary_Property/${name}`))])
  // Simple case folding: statuses C and S. Pairs (code point, its folding), as gap from the previous code point and difference.
  const folding = [...(await load(root, 'Case_Folding/C/code-points.mjs')), ...(await load(root, 'Case_Folding/S/code-points.mjs'))]
  // Full case folding: status F. The code point and its folding.
  const full = [...(await load(root, 'Case_Folding/F/code-points.mjs'))].map(([from, to]) => [from, ...to])
  return (
    header +
    "export const UNICODE_VERSION = '16.0.0'\n\n" +
    '// General categories. Surrogates (Cs) are left out: text never contains them.\n' +
    record('GENERAL_CATEGORY', categories) +
    '\n// Values of Script.\n' +
    record('SCRIPT', scripts) +
    '\n' +
    record('BINARY_PROPERTY', binary) +
    '\n// Simple case folding (CaseFolding.txt, statuses C and S): gap from the previous code point, difference to its folding.\n' +
    `export const CASE_FOLDING = '${encodePairs(folding)}'\n` +
    '\n// Full case folding (CaseFolding.txt, status F): the code point and the two or three of its folding.\n' +
    `export const FULL_CASE_FOLDING = '${full.map((one) => one.map((c) => c.toString(36)).join(' ')).join()}'\n`
  )
}

const moreProperties16 = async () => {
  const tables = await makeTables('16.0.0')
  const blocks = readdirSync(join(tables.root, 'Block'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.endsWith('_Surrogates'))
    .map(({ name }) => name)
    .sort()
  return (
    tables.header +
    record('MORE_BINARY_PROPERTY', await values(tables, 'Binary_Property', MORE_BINARY)) +
    '\n// Values of Block. Those of surrogates are left out: text never contains them.\n' +
    record('BLOCK', await values(tables, 'Block', blocks)) +
    '\n// Script_Extensions: the code points that have others than their Script, by the scripts that they have.\n' +
    record('SCRIPT_EXTENSIONS', await scriptExtensions(tables), (scripts) => `'${scripts}'`)
  )
}

const scriptExtensions = async (tables) => {
  const [own, extended] = await Promise.all(
    ['Script', 'Script_Extensions'].map(async (property) => {
      const scriptsOf = new Map()
      for (const entry of readdirSync(join(tables.root, property), { withFileTypes: true }).filter((entry) => entry.isDirectory()))
        for (const { begin, end } of await tables.ranges(`${property}/${entry.name}`))
          for (let c = begin; c < end; c++) scriptsOf.set(c, [...(scriptsOf.get(c) ?? []), entry.name].sort())
      return scriptsOf
    }),
  )
  const members = new Map()
  for (const [c, scripts] of [...extended].sort(([a], [b]) => a - b)) {
    const key = scripts.join(' ')
    if (key !== own.get(c).join(' ')) members.set(key, [...(members.get(key) ?? []), c])
  }
  return [...members].sort(([a], [b]) => (a < b ? -1 : 1)).map(([scripts, some]) => [scripts, encode(asRanges(some))])
}

// What the reference's normalizers know of characters. Their crates are of several ages; each was found by comparing every code point.
// The canonical order, the decompositions and compositions of characters that exist never change (Unicode's stability policy), so the
// host's own `normalize` tells them for the characters of Unicode 9.0, whatever its version.
const normalization = async () => {
  const [eight, nine, seventeen] = await Promise.all(['8.0.0', '9.0.0', '17.0.0'].map(makeTables))
  const unassigned = await nine.ranges('General_Category/Unassigned')
  const characters = codePointsOutside([...unassigned, { begin: 0xd800, end: 0xe000 }])
  const lowercase = [...(await load(seventeen.root, 'Simple_Case_Mapping/Lowercase/code-points.mjs'))].filter(([from]) => from !== DOTTED_I)
  return (
    headerOf('packages @unicode/unicode-8.0.0, -9.0.0 and -17.0.0, and the host for what never changes') +
    '// Unicode 9.0, the age of the crate unicode-normalization-alignments 0.1: code points without a character, which it leaves alone.\n' +
    `export const UNASSIGNED_9 = '${encode(unassigned)}'\n\n` +
    '// General category M of Unicode 9.0: what StripAccents takes out.\n' +
    `export const MARK_9 = '${encode(await unionOf(nine, 'General_Category', ['Nonspacing_Mark', 'Spacing_Mark', 'Enclosing_Mark']))}'\n\n` +
    '// Characters of Unicode 9.0 that a form of normalization changes where they stand alone.\n' +
    record(
      'CHANGED_BY',
      ['NFC', 'NFD', 'NFKC', 'NFKD'].map((form) => [form, encode(asRanges(characters.filter((c) => isChangedBy(form, c))))]),
    ) +
    '\n// Characters of Unicode 9.0 that can combine with the one before them.\n' +
    `export const COMBINES_BACKWARD = '${encode(asRanges(partsOfPairs(characters, (parts) => parts.at(-1))))}'\n` +
    '// Characters of Unicode 9.0 that can combine with one behind them.\n' +
    `export const COMBINES_FORWARD = '${encode(asRanges(partsOfPairs(characters, (parts) => parts.slice(0, -1).join('').normalize('NFC'))))}'\n\n` +
    '// Characters of Unicode 9.0 by their canonical combining class, in ascending order of it; class 0 is left out.\n' +
    `export const COMBINING_CLASSES: readonly string[] = [\n${combiningClasses(characters)
      .map((members) => `  '${encode(asRanges(members))}',\n`)
      .join('')}]\n\n` +
    '// Unicode 8.0, the age of the crate unicode_categories 0.1, as BertNormalizer sees it: Mn, and what it takes for a control character.\n' +
    `export const MARK_NONSPACING_8 = '${encode(await eight.ranges('General_Category/Nonspacing_Mark'))}'\n` +
    `export const OTHER_8 = '${encode(await unionOf(eight, 'General_Category', ['Control', 'Format', 'Private_Use']))}'\n\n` +
    '// Unicode 17.0, the age of the Rust that the reference is built with. Simple lowercase mappings: gap from the previous code point,\n' +
    '// difference to its lowercase. U+0130, the only character with more than one in lowercase, is left out.\n' +
    `export const LOWERCASE = '${encodePairs(lowercase)}'\n\n` +
    '// Unicode 17.0, the age of the crate unicode-segmentation 1.13: what grapheme clusters depend on.\n' +
    record('GRAPHEME_BREAK', await values(seventeen, 'Grapheme_Cluster_Break', GRAPHEME_BREAKS)) +
    '\n' +
    record('INDIC_CONJUNCT_BREAK', await values(seventeen, 'Indic_Conjunct_Break', ['Consonant', 'Extend', 'Linker'])) +
    `\nexport const EXTENDED_PICTOGRAPHIC = '${encode(await seventeen.ranges('Binary_Property/Extended_Pictographic'))}'\n`
  )
}

const DOTTED_I = 0x130
// LV and LVT are told by arithmetic.
const GRAPHEME_BREAKS = ['CR', 'LF', 'Control', 'Extend', 'ZWJ', 'Regional_Indicator', 'Prepend', 'SpacingMark', 'L', 'V', 'T']

const values = async ({ ranges }, property, names) =>
  Promise.all(names.map(async (name) => [name, encode(await ranges(`${property}/${name}`))]))

const unionOf = async ({ ranges }, property, names) => {
  const all = (await Promise.all(names.map((name) => ranges(`${property}/${name}`)))).flat()
  return asRanges(all.flatMap(({ begin, end }) => Array.from({ length: end - begin }, (_, i) => begin + i)).sort((a, b) => a - b))
}

const codePointsOutside = (ranges) => {
  const isOutside = new Uint8Array(0x110000).fill(1)
  for (const { begin, end } of ranges) isOutside.fill(0, begin, end)
  return [...isOutside.keys()].filter((c) => isOutside[c] === 1)
}

/** Ascending code points as ranges. */
const asRanges = (codePoints) => {
  const ranges = []
  for (const c of codePoints)
    if (ranges.at(-1)?.end === c) ranges.at(-1).end = c + 1
    else ranges.push({ begin: c, end: c + 1 })
  return ranges
}

const isChangedBy = (form, c) => String.fromCodePoint(c).normalize(form) !== String.fromCodePoint(c)

/** A part of each canonical decomposition that composition takes back. */
const partsOfPairs = (characters, partOf) => {
  const found = new Set()
  for (const c of characters)
    if (isChangedBy('NFD', c) && !isChangedBy('NFC', c)) found.add(partOf([...String.fromCodePoint(c).normalize('NFD')]))
  return [...found].map((character) => character.codePointAt(0)).sort((a, b) => a - b)
}

/** The combining classes, told by how the host orders two marks. */
const combiningClasses = (characters) => {
  const OVERLAY = '\u0334' // class 1, the lowest
  const IOTA = '\u0345' // class 240, the highest
  const isAfter = (a, b) => `${a}${b}`.normalize('NFD') !== `${a}${b}`
  const marks = characters
    .map((c) => String.fromCodePoint(c))
    .filter((c) => c.normalize('NFD') === c && (isAfter(c, OVERLAY) || isAfter(IOTA, c)))
  const classes = []
  for (const mark of marks) {
    const own = classes.find(([member]) => !isAfter(mark, member) && !isAfter(member, mark))
    if (own === undefined) classes.push([mark])
    else own.push(mark)
  }
  return classes.sort(([a], [b]) => (isAfter(a, b) ? 1 : -1)).map((members) => members.map((mark) => mark.codePointAt(0)))
}

// What the reference's pre-tokenizers know of characters. Each is of its own age, found by comparing every code point.
const preTokenizers = async () => {
  const [eight, nine, seventeen] = await Promise.all(['8.0.0', '9.0.0', '17.0.0'].map(makeTables))
  const named = (tables, property, names) =>
    Promise.all(Object.entries(names).map(async ([short, long]) => [short, encode(await tables.ranges(`${property}/${long}`))]))
  const ofGroup = (letter) => Object.fromEntries(Object.entries(CATEGORIES).filter(([short]) => short.startsWith(letter)))
  const scripts = readdirSync(join(nine.root, 'Script'))
    .filter((name) => /^[A-Z]/.test(name) && name !== 'Unknown')
    .sort()
  return (
    headerOf('packages @unicode/unicode-8.0.0, -9.0.0 and -17.0.0') +
    '// Unicode 17.0, the age of the Rust that the reference is built with: N, for Digits.\n' +
    record('NUMBER_17', await named(seventeen, 'General_Category', ofGroup('N'))) +
    '\n// Unicode 8.0, the age of the crate unicode_categories 0.1: P, for Punctuation and BertPreTokenizer.\n' +
    record('PUNCTUATION_8', await named(eight, 'General_Category', ofGroup('P'))) +
    "\n// Unicode 9.0, the age of the reference's table for UnicodeScripts: values of Script.\n" +
    record('SCRIPT_9', await named(nine, 'Script', Object.fromEntries(scripts.map((name) => [name, name]))))
  )
}

mkdirSync(out, { recursive: true })
writeFileSync(join(out, 'unicode16.ts'), await unicode16())
writeFileSync(join(out, 'moreProperties16.ts'), await moreProperties16())
writeFileSync(join(out, 'normalization.ts'), await normalization())
writeFileSync(join(out, 'preTokenizers.ts'), await preTokenizers())
