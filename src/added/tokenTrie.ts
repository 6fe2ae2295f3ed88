/*
 * Byte strings to look for, all at once. They are a trie, packed into one array:
 *
 *   next[node × classes + class of byte]   the node that follows; 0: none (the root follows no node)
 *   token[node]                            the number of the string that ends here; NONE
 *
 * Text in which no string begins is passed over in two ways: near by, two bytes at a time are looked up in a table; farther on, if the
 * strings begin in a few ways only, by `indexOf`.
 */

export const NONE = -1
/** More text must come first. */
export const UNDECIDED = -2

/** The arrays. Bytes that are in no string have class 0. */
export interface PackedTrie {
  classOf: Uint8Array
  classes: number
  next: Int32Array
  tokens: Int32Array
  /** For each node: 1 if no other follows it. */
  isLeaf: Uint8Array
}

export interface TokenTrie {
  readonly packed: PackedTrie
  /** Length in bytes of the longest; 0 if there are none. */
  readonly maxLength: number
  /** Length in bytes of each. */
  readonly lengths: readonly number[]
  /**
   * The longest string at a place, or NONE. Where the text ends and could go on (`isEnd` is false), a longer one may be to come: UNDECIDED.
   *
   * @param end where the text ends; default: where its bytes do
   */
  longestAt(text: Uint8Array, at: number, isEnd: boolean, end?: number): number
  /**
   * A search for places where a string, or as much of it as there is text, may begin: the function gives the first one at or after a place,
   * or the text's length. It is to be asked for places in ascending order.
   */
  searchIn(text: Buffer): (from: number) => number
}

interface Node {
  token: number
  next: Map<number, Node>
}

/** With more beginnings than this, looking for each of them takes longer than looking at every byte. */
const FEW = 3
/** How far to look at every byte before `indexOf` is called. */
const NEAR = 128
/** A beginning of so many bytes is hardly ever anything but a token: it is left to `indexOf` at once. */
const RARE = 4

/** @param strings not empty; of two that are equal the first is found */
export const createTokenTrie = (strings: readonly Uint8Array[]): TokenTrie => {
  const root: Node = { token: NONE, next: new Map() }
  strings.forEach((string, i) => {
    const node = nodeAt(root, string)
    if (node.token === NONE) node.token = i
  })
  const packed = pack(root)
  const { classOf, classes, next, tokens, isLeaf } = packed
  const pairs = findPairs(root)
  const prefixes = [...root.next].map(([byte, node]) => prefixFrom(byte, node))
  const longestPrefix = Math.max(0, ...prefixes.map(({ length }) => length))
  const nearBytes = prefixes.every(({ length }) => length >= RARE) ? 0 : NEAR

  const mayBegin = (text: Uint8Array, at: number): boolean =>
    at + 1 < text.length ? pairs[(text[at] << 8) | text[at + 1]] !== 0 : classOf[text[at]] !== 0 && root.next.has(text[at])

  const lengths = strings.map(({ length }) => length)
  return {
    packed,
    maxLength: lengths.reduce((longest, length) => Math.max(longest, length), 0),
    lengths,

    longestAt(text, at, isEnd, end = text.length) {
      let longest = NONE
      let node = 0
      for (; at < end; at++) {
        node = next[node * classes + classOf[text[at]]]
        if (node === 0) return longest
        if (tokens[node] !== NONE) longest = tokens[node]
      }
      return isEnd || isLeaf[node] === 1 ? longest : UNDECIDED
    },

    searchIn(text) {
      const last = text.length - 1
      // the next place of each prefix is remembered, so that one that is rare does not make the search read ahead again and again
      const places = prefixes.map(() => -1)
      const findFar = (from: number): number => {
        let first = text.length
        prefixes.forEach((prefix, i) => {
          if (places[i] < from) {
            const found = text.indexOf(prefix, from)
            places[i] = found === -1 ? text.length : found
          }
          first = Math.min(first, places[i])
        })
        return first
      }
      return (from) => {
        let at = from
        while (at < text.length) {
          const near = prefixes.length > FEW ? last : Math.min(last, at + nearBytes)
          while (at < near && pairs[(text[at] << 8) | text[at + 1]] === 0) at++
          // a prefix may be cut off by the end of the text
          if (at === near && at < last) at = Math.max(at, Math.min(findFar(at), text.length - longestPrefix))
          if (at === text.length || mayBegin(text, at)) break
          at++
        }
        return at
      }
    },
  }
}

/** The node at the end of a path, made if it is not there. */
const nodeAt = (root: Node, path: Uint8Array): Node => {
  let node = root
  for (const byte of path) {
    if (!node.next.has(byte)) node.next.set(byte, { token: NONE, next: new Map() })
    node = node.next.get(byte)!
  }
  return node
}

/** The path on from a node as far as there is only one. */
const prefixFrom = (byte: number, node: Node): Buffer => {
  const prefix = [byte]
  while (node.token === NONE && node.next.size === 1) {
    const [[following, child]] = node.next
    prefix.push(following)
    node = child
  }
  return Buffer.from(prefix)
}

/** For each two bytes: whether a string begins with them, or is the first. */
const findPairs = (root: Node): Uint8Array => {
  const pairs = new Uint8Array(1 << 16)
  for (const [first, node] of root.next) {
    if (node.token !== NONE) pairs.fill(1, first << 8, (first + 1) << 8)
    for (const second of node.next.keys()) pairs[(first << 8) | second] = 1
  }
  return pairs
}

const pack = (root: Node): PackedTrie => {
  const nodes = [root]
  const classOf = new Uint8Array(256)
  let classes = 1
  for (const { next } of nodes)
    for (const [byte, child] of next) {
      if (classOf[byte] === 0) classOf[byte] = classes++
      nodes.push(child)
    }
  const next = new Int32Array(nodes.length * classes)
  const tokens = Int32Array.from(nodes, ({ token }) => token)
  const isLeaf = Uint8Array.from(nodes, (node) => (node.next.size === 0 ? 1 : 0))
  let following = 1 // children are numbered in the order in which they were put into the list
  nodes.forEach((node, i) => {
    for (const byte of node.next.keys()) next[i * classes + classOf[byte]] = following++
  })
  return { classOf, classes, next, tokens, isLeaf }
}
