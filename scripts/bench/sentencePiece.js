// Tokenizers with a table of SentencePiece. The models' own come with their files (400 KB each), so this makes one that does what
// SentencePiece's nmt_nfkc does, and the configurations that models have around it. The tests count by them, too.

/** @typedef {{ next: Map<number, TrieNode>, value: number }} TrieNode a node over bytes; `value`: where its replacement begins, -1 if no key ends here */

/** @returns {TrieNode} */
const newNode = () => ({ next: new Map(), value: -1 })

/**
 * Writes a precompiled charsmap of SentencePiece (base64): keys are bytes, written as latin1.
 * @param {Iterable<readonly [key: string, replacement: string]>} entries
 */
export const makeCharsmap = (entries) => {
  const root = newNode()
  /** @type {Map<string, number>} */
  const starts = new Map()
  let replacements = ''
  for (const [key, replacement] of entries) {
    let start = starts.get(replacement)
    if (start === undefined) {
      starts.set(replacement, (start = Buffer.byteLength(replacements)))
      replacements += `${replacement}\0`
    }
    let node = root
    for (const byte of Buffer.from(key, 'latin1')) {
      const next = node.next.get(byte) ?? newNode()
      node.next.set(byte, next)
      node = next
    }
    node.value = start
  }
  const units = layTrie(root)
  const trie = Buffer.alloc(4 + 4 * units.length)
  trie.writeUInt32LE(4 * units.length)
  units.forEach((unit, i) => trie.writeUInt32LE(unit >>> 0, 4 + 4 * i))
  return Buffer.concat([trie, Buffer.from(replacements)]).toString('base64')
}

/**
 * The bytes of a text as latin1, for keys.
 * @param {string} text
 */
export const keyOf = (text) => Buffer.from(text).toString('latin1')

/**
 * Lays a trie out as a double array: the child of a unit for a byte is at the unit's base XOR the byte; its value at the base itself.
 * @param {TrieNode} root
 */
const layTrie = (root) => {
  /** @type {number[]} */
  const units = [0]
  const used = new Set([0])
  const bases = new Set() // children of two states that have the same one would be those of both
  /** @type {(node: TrieNode, at: number) => void} */
  const place = (node, at) => {
    const labels = [...(node.value >= 0 ? [0] : []), ...node.next.keys()]
    let base = 1
    while (bases.has(base) || labels.some((label) => used.has(base ^ label))) base++
    bases.add(base)
    for (const label of labels) used.add(base ^ label)
    units[at] = (units[at] ?? 0) | ((at ^ base) << 10) | (node.value >= 0 ? 0x100 : 0)
    if (node.value >= 0) units[base] = 0x80000000 | node.value
    for (const label of node.next.keys()) units[base ^ label] = label
    for (const [label, child] of node.next) place(child, base ^ label)
  }
  place(root, 0)
  const size = Math.max(...used) | 0xff
  return Array.from({ length: size + 1 }, (_, i) => units[i] ?? 0)
}

/** What nmt_nfkc comes to: NFKC character by character, letters composed with marks, control characters to spaces or nothing. */
const nmtNfkc = () => {
  /** @type {Map<string, string>} */
  const entries = new Map()
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
const SPACES = { Regex: ' {2,}' }

/** @type {(pattern: object, content: string) => object} */
const replace = (pattern, content) => ({ type: 'Replace', pattern, content })
/** @type {(left: boolean, right: boolean) => object} */
const strip = (left, right) => ({ type: 'Strip', strip_left: left, strip_right: right })
/** @type {(...normalizers: object[]) => object} */
const inTurn = (...normalizers) => ({ type: 'Sequence', normalizers })
const METASPACE = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }
const WORDS = { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, METASPACE] }
const PUNCTUATION = { type: 'Sequence', pretokenizers: [{ type: 'Punctuation', behavior: 'Isolated' }, METASPACE] }

/**
 * As models have them, or converters of transformers make them.
 * @type {{ models: string, normalizer: object, preTokenizer: object }[]}
 */
export const SENTENCE_PIECE = [
  { models: 'T5, Pegasus, XLM-R', normalizer: PRECOMPILED, preTokenizer: WORDS },
  { models: 'mT5 as converted now', normalizer: PRECOMPILED, preTokenizer: METASPACE },
  { models: 'NLLB', normalizer: inTurn(PRECOMPILED, replace(SPACES, ' ')), preTokenizer: METASPACE },
  {
    models: 'XLM-R as converted now, BGE-M3',
    normalizer: inTurn(PRECOMPILED, strip(false, true), replace(SPACES, '▁')),
    preTokenizer: METASPACE,
  },
  { models: 'DeBERTa v2 and v3', normalizer: inTurn(strip(true, true), PRECOMPILED, replace(SPACES, ' ')), preTokenizer: METASPACE },
  {
    models: 'DeBERTa v2, punctuation apart',
    normalizer: inTurn({ type: 'Lowercase' }, strip(true, true), PRECOMPILED, replace(SPACES, ' ')),
    preTokenizer: PUNCTUATION,
  },
  {
    models: 'ALBERT, XLNet',
    normalizer: inTurn(
      replace({ String: '``' }, '"'),
      replace({ String: "''" }, '"'),
      { type: 'NFKD' },
      { type: 'StripAccents' },
      { type: 'Lowercase' },
      PRECOMPILED,
      replace(SPACES, ' '),
    ),
    preTokenizer: METASPACE,
  },
]
