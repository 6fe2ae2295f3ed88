import fc from 'fast-check'

/** A node of a trie over bytes; `value` is where its replacement begins, -1 if no key ends here. */
interface TrieNode {
  next: Map<number, TrieNode>
  value: number
}

const newNode = (): TrieNode => ({ next: new Map(), value: -1 })

/** Writes a precompiled charsmap of SentencePiece (base64): keys are bytes, written as latin1. */
export const makeCharsmap = (entries: Iterable<readonly [key: string, replacement: string]>): string => {
  const root = newNode()
  const starts = new Map<string, number>()
  let replacements = ''
  for (const [key, replacement] of entries) {
    if (!starts.has(replacement)) {
      starts.set(replacement, Buffer.byteLength(replacements))
      replacements += `${replacement}\0`
    }
    let node = root
    for (const byte of Buffer.from(key, 'latin1')) {
      if (!node.next.has(byte)) node.next.set(byte, newNode())
      node = node.next.get(byte)!
    }
    node.value = starts.get(replacement)!
  }
  const units = layTrie(root)
  const trie = Buffer.alloc(4 + 4 * units.length)
  trie.writeUInt32LE(4 * units.length)
  units.forEach((unit, i) => trie.writeUInt32LE(unit >>> 0, 4 + 4 * i))
  return Buffer.concat([trie, Buffer.from(replacements)]).toString('base64')
}

/** The bytes of a text as latin1, for keys. */
export const keyOf = (text: string): string => Buffer.from(text).toString('latin1')

/** Lays a trie out as a double array: the child of a unit for a byte is at the unit's base XOR the byte; its value at the base itself. */
const layTrie = (root: TrieNode): number[] => {
  const units: number[] = [0]
  const used = new Set([0])
  const bases = new Set<number>() // children of two states that have the same one would be those of both
  const place = (node: TrieNode, at: number): void => {
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

/** Charsmaps of a few keys, some of which end inside of a character. */
export const anyCharsmap = (character: fc.Arbitrary<string>): fc.Arbitrary<string> => {
  const key = fc
    .tuple(fc.array(character, { minLength: 1, maxLength: 3 }), fc.nat({ max: 2 }))
    .map(([characters, cut]) => keyOf(characters.join('')).slice(0, -cut || undefined))
    .filter((bytes) => bytes !== '')
  const replacement = fc.constantFrom('', 'x', 'e', 'é', '\u0301', '日', ' \u0301', 'longer')
  return fc.array(fc.tuple(key, replacement), { minLength: 1, maxLength: 12 }).map((entries) => makeCharsmap(new Map(entries)))
}
