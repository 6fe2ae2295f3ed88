// Makes src/unicode/generated/*.ts from the Unicode Character Database as the @unicode packages carry it.
// Run: node scripts/make-unicode-tables.js [OUT_FOLDER]      (a test compares the result with the committed files)
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)
const out = process.argv[2] ?? fileURLToPath(new URL('../src/unicode/generated', import.meta.url))

// The leaf general categories; the groups (L, N, …) are their unions and are made at load time.
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

const makeTables = async (version) => {
  const packageFile = require.resolve(`@unicode/unicode-${version}/package.json`)
  const root = dirname(packageFile)
  const packageVersion = JSON.parse(readFileSync(packageFile, 'utf8')).version
  const header =
    '// Made by: node scripts/make-unicode-tables.js\n' +
    `// From: @unicode/unicode-${version} ${packageVersion} (Unicode Character Database ${version}). Do not edit.\n` +
    '// A set of code points is a line of base-36 numbers: gap before the range, length of the range, turn by turn.\n\n'
  const ranges = (path) => load(root, `${path}/ranges.mjs`)
  return { root, header, ranges }
}

const record = (name, entries) =>
  `export const ${name}: Readonly<Record<string, string>> = {\n${entries.map(([key, text]) => `  ${key}: '${text}',\n`).join('')}}\n`

const unicode16 = async () => {
  const { root, header, ranges } = await makeTables('16.0.0')
  const categories = []
  for (const [short, long] of Object.entries(CATEGORIES)) categories.push([short, encode(await ranges(`General_Category/${long}`))])
  const scripts = []
  for (const entry of readdirSync(join(root, 'Script'), { withFileTypes: true }))
    if (entry.isDirectory()) scripts.push([entry.name, encode(await ranges(`Script/${entry.name}`))])
  scripts.sort(([a], [b]) => (a < b ? -1 : 1))
  const binary = []
  for (const name of BINARY) binary.push([name, encode(await ranges(`Binary_Property/${name}`))])
  // Simple case folding: statuses C and S. Pairs (code point, its folding), as gap from the previous code point and difference.
  const folding = [...(await load(root, 'Case_Folding/C/code-points.mjs')), ...(await load(root, 'Case_Folding/S/code-points.mjs'))]
  folding.sort(([a], [b]) => a - b)
  let at = 0
  const folds = folding.map(([from, to]) => {
    const words = `${(from - at).toString(36)} ${(to - from).toString(36)}`
    at = from
    return words
  })
  return (
    header +
    "export const UNICODE_VERSION = '16.0.0'\n\n" +
    '// Leaf general categories. Surrogates (Cs) are left out: text never contains them.\n' +
    record('GENERAL_CATEGORY', categories) +
    '\n// Values of Script.\n' +
    record('SCRIPT', scripts) +
    '\n' +
    record('BINARY_PROPERTY', binary) +
    '\n// Simple case folding (CaseFolding.txt, statuses C and S): gap from the previous code point, difference to its folding.\n' +
    `export const CASE_FOLDING = '${folds.join(' ')}'\n`
  )
}

const unicode9 = async () => {
  const { header, ranges } = await makeTables('9.0.0')
  return (
    header +
    '// Code points without a character in this version. The reference normalizer (crate unicode-normalization-alignments 0.1) is of\n' +
    '// this age: it leaves them alone.\n' +
    `export const UNASSIGNED_9 = '${encode(await ranges('General_Category/Unassigned'))}'\n`
  )
}

mkdirSync(out, { recursive: true })
writeFileSync(join(out, 'unicode16.ts'), await unicode16())
writeFileSync(join(out, 'unicode9.ts'), await unicode9())
