import { PretokError } from '../errors.ts'
import { CODE_POINTS, type CodePointSet } from '../unicode/codePointSet.ts'
import type { Node } from './ast.ts'
import { partitionBySets } from './classes.ts'
import { children } from './nodes.ts'
import { classesOfBytes, type Unit } from './unit.ts'

/**
 * A pattern's alphabet: the coarsest partition of the code points that the pattern can tell apart, mostly 10 to 25 classes. Two code points
 * of one class are in the same sets of the pattern, so nothing changes when text is replaced by its classes, one letter for each code point.
 * Those letters are what is matched: one unit each, never a surrogate pair, and a RegExp over 20 letters is much faster than one over
 * Unicode.
 */
export interface Alphabet {
  /** Number of classes; class 0, 1, … is the letter U+0000, U+0001, … */
  size: number
  /** A code point of each class. */
  examples: readonly number[]
  /** The classes that make up a set of the pattern, in ascending order. */
  classesOf(set: CodePointSet): readonly number[]
  /** Text, bytes [start, end), as letters: one for each code point (of valid UTF-8), or for each byte. */
  spell(bytes: Uint8Array, start: number, end: number): string
}

/** Letters must not be surrogates. */
const MAX_CLASSES = 0xd800

export const createAlphabet = (root: Node, unit: Unit = 'code points'): Alphabet => {
  const sets = [...new Set(setsOf(root))]
  const { partition, members } = partitionBySets(sets)
  const { starts, classes, count } = partition
  if (count > MAX_CLASSES)
    throw new PretokError('pattern', `pattern: it tells ${count} kinds of characters apart, and ${MAX_CLASSES} are the most that it may`)
  const isNarrow = count <= 0x100
  const lettersOfAll = (): Uint8Array | Uint16Array => {
    const letters = isNarrow ? new Uint8Array(CODE_POINTS) : new Uint16Array(CODE_POINTS)
    classes.forEach((letter, i) => letters.fill(letter, starts[i], starts[i + 1] ?? CODE_POINTS))
    return letters
  }
  const lettersOf = new Map(sets.map((set, i) => [set, [...members[i].keys()].filter((letter) => members[i][letter] === 1)]))
  const examples = Array.from({ length: count }, (_, letter) => starts[classes.indexOf(letter)])
  return {
    size: count,
    examples,
    classesOf: (set) => lettersOf.get(set)!,
    spell: unit === 'bytes' ? createByteSpeller(classesOfBytes(partition)) : createSpeller(lettersOfAll(), isNarrow),
  }
}

const setsOf = (node: Node): CodePointSet[] => (node.type === 'set' ? [node.set] : children(node).flatMap(setsOf))

const createByteSpeller =
  (letters: Uint16Array): Alphabet['spell'] =>
  (bytes, start, end) =>
    Buffer.from(Uint16Array.from(bytes.subarray(start, end), (byte) => letters[byte]).buffer).toString('utf16le')

const createSpeller = (letters: Uint8Array | Uint16Array, isNarrow: boolean): Alphabet['spell'] => {
  let buffer = new Uint8Array(0) as Uint8Array | Uint16Array
  return (bytes, start, end) => {
    if (buffer.length < end - start) buffer = isNarrow ? new Uint8Array(2 * (end - start)) : new Uint16Array(2 * (end - start))
    let length = 0
    for (let i = start; i < end; length++) {
      const lead = bytes[i]
      if (lead < 0x80) {
        buffer[length] = letters[lead]
        i += 1
      } else if (lead < 0xe0) {
        buffer[length] = letters[((lead & 0x1f) << 6) | (bytes[i + 1] & 0x3f)]
        i += 2
      } else if (lead < 0xf0) {
        buffer[length] = letters[((lead & 0x0f) << 12) | ((bytes[i + 1] & 0x3f) << 6) | (bytes[i + 2] & 0x3f)]
        i += 3
      } else {
        buffer[length] =
          letters[((lead & 0x07) << 18) | ((bytes[i + 1] & 0x3f) << 12) | ((bytes[i + 2] & 0x3f) << 6) | (bytes[i + 3] & 0x3f)]
        i += 4
      }
    }
    return Buffer.from(buffer.buffer, 0, length * buffer.BYTES_PER_ELEMENT).toString(isNarrow ? 'latin1' : 'utf16le')
  }
}
