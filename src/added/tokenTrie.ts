import { PretokError } from '../errors.ts'

/*
 * Byte strings to look for, all at once. They are a trie in which a node is only where strings part or end; the bytes that lead to it are its label:
 *
 *   "<|end|>", "<|end_of_text|>"      node 1: label "<|end"          node 2: label "|>", token 0, a leaf
 *                                                                    node 3: label "_of_text|>", token 1, a leaf
 *
 * Which node follows is looked up in one table, by the node and the first byte of the label. So memory goes with the number of the strings and their
 * bytes, also if there are 100,000 of any alphabet.
 *
 * Text in which no string begins is passed over in two ways: near by, two bytes at a time are looked up in a table; farther on, if the
 * strings begin in a few ways only, by `indexOf`.
 */

export const NONE = -1
/** More text must come first. */
export const UNDECIDED = -2

/** The arrays. Node 0 is the root. */
export interface PackedTrie {
  /** Four words for each node: where its label begins in `labels`, where it ends, the number of the string that ends here or NONE, whether no other follows. */
  nodes: Int32Array
  labels: Uint8Array
  /**
   * Two words for each slot: node × 256 + byte, and the node that follows there; 0: the slot is free. A step is in the first slot from `slotOf` on, round
   * about, that has it; it is nowhere if a free one comes first.
   */
  steps: Uint32Array
  /** How many of the highest bits of a product tell the slot. */
  slotBits: number
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

/** With more beginnings than this, looking for each of them takes longer than looking at every byte. */
const FEW = 3
/** How far to look at every byte before `indexOf` is called. */
const NEAR = 128
/** A beginning of so many bytes is hardly ever anything but a token: it is left to `indexOf` at once. */
const RARE = 4

/** @param strings not empty; of two that are equal the first is found */
export const createTokenTrie = (strings: readonly Uint8Array[]): TokenTrie => {
  const packed = pack(strings)
  const { nodes, labels } = packed
  const pairs = findPairs(strings)
  const isFirst = new Uint8Array(256)
  for (const [byte] of strings) isFirst[byte] = 1
  const prefixes = [...isFirst.keys()].filter((byte) => isFirst[byte] === 1).map((byte) => labelOf(packed, nodeBehind(packed, 0, byte)))
  const longestPrefix = Math.max(0, ...prefixes.map(({ length }) => length))
  const nearBytes = prefixes.every(({ length }) => length >= RARE) ? 0 : NEAR

  const mayBegin = (text: Uint8Array, at: number): boolean =>
    at + 1 < text.length ? pairs[(text[at] << 8) | text[at + 1]] !== 0 : isFirst[text[at]] === 1

  const lengths = strings.map(({ length }) => length)
  return {
    packed,
    maxLength: lengths.reduce((longest, length) => Math.max(longest, length), 0),
    lengths,

    longestAt(text, at, isEnd, end = text.length) {
      let longest = NONE
      let node = 0
      while (at < end) {
        node = nodeBehind(packed, node, text[at])
        if (node === 0) return longest
        const labelEnd = nodes[4 * node + 1]
        for (let i = nodes[4 * node]; i < labelEnd; i++, at++) {
          if (at === end) return isEnd ? longest : UNDECIDED
          if (text[at] !== labels[i]) return longest
        }
        if (nodes[4 * node + 2] !== NONE) longest = nodes[4 * node + 2]
      }
      return isEnd || nodes[4 * node + 3] === 1 ? longest : UNDECIDED
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

/** For each two bytes: whether a string begins with them, or is the first. */
const findPairs = (strings: readonly Uint8Array[]): Uint8Array => {
  const pairs = new Uint8Array(1 << 16)
  for (const [first, second] of strings)
    if (second === undefined) pairs.fill(1, first << 8, (first + 1) << 8)
    else pairs[(first << 8) | second] = 1
  return pairs
}

/** The node that follows another where the text goes on with a byte; 0: none. */
const nodeBehind = ({ steps, slotBits }: PackedTrie, node: number, byte: number): number => {
  const step = ((node << 8) | byte) >>> 0
  const mask = (1 << slotBits) - 1
  for (let slot = slotOf(step, slotBits); ; slot = (slot + 1) & mask) {
    const following = steps[2 * slot + 1]
    if (following === 0 || steps[2 * slot] === step) return following
  }
}

/** By the highest bits of a product (Knuth, The Art of Computer Programming, 6.4: Fibonacci hashing). */
const slotOf = (step: number, slotBits: number): number => Math.imul(step, 0x9e3779b1) >>> (32 - slotBits)

const labelOf = ({ nodes, labels }: PackedTrie, node: number): Buffer => Buffer.from(labels.subarray(nodes[4 * node], nodes[4 * node + 1]))

/** So many nodes have numbers of their own in `steps`. */
const MAX_NODES = 1 << 24

/**
 * In order, the strings that go on from a node are a range, which is taken apart by the byte that follows; a node's label goes on as far as the first and
 * the last of its range are alike.
 */
const pack = (strings: readonly Uint8Array[]): PackedTrie => {
  const order = [...strings.keys()].sort((a, b) => Buffer.compare(strings[a], strings[b]))
  const nodes: number[] = []
  const labels: Uint8Array[] = []
  const steps: number[] = []
  let labelsLength = 0
  /** Nodes whose label and strings are to be found: the node's strings are order[from, to), and their first `depth` bytes lead to where it begins. */
  const ranges = [{ from: 0, to: order.length, depth: 0 }]
  for (const { from, to, depth } of ranges) {
    const node = nodes.length / 4
    const labelEnd = node === 0 ? 0 : commonLength(strings[order[from]], strings[order[to - 1]])
    const label = from < to ? strings[order[from]].subarray(depth, labelEnd) : new Uint8Array(0)
    let next = from
    while (next < to && strings[order[next]].length === labelEnd) next++
    nodes.push(labelsLength, labelsLength + label.length, next > from ? order[from] : NONE, next === to ? 1 : 0)
    labels.push(label)
    labelsLength += label.length
    while (next < to) {
      const byte = strings[order[next]][labelEnd]
      const first = next
      while (next < to && strings[order[next]][labelEnd] === byte) next++
      steps.push(((node << 8) | byte) >>> 0, ranges.length)
      ranges.push({ from: first, to: next, depth: labelEnd })
    }
  }
  if (ranges.length > MAX_NODES) throw new PretokError('tokenizer', `added tokens: more than ${MAX_NODES} places where they part or end; take fewer`)
  return { nodes: Int32Array.from(nodes), labels: Buffer.concat(labels), ...tableOf(steps) }
}

const commonLength = (a: Uint8Array, b: Uint8Array): number => {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  return length
}

/** At most half full. */
const tableOf = (list: readonly number[]): Pick<PackedTrie, 'steps' | 'slotBits'> => {
  const slotBits = Math.max(1, Math.ceil(Math.log2(list.length + 1)))
  const steps = new Uint32Array(2 << slotBits)
  const mask = (1 << slotBits) - 1
  for (let i = 0; i < list.length; i += 2) {
    let slot = slotOf(list[i], slotBits)
    while (steps[2 * slot + 1] !== 0) slot = (slot + 1) & mask
    steps[2 * slot] = list[i]
    steps[2 * slot + 1] = list[i + 1]
  }
  return { steps, slotBits }
}
