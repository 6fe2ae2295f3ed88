import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pretokenize } from '../../dist/index.js'

const CS336 = join(import.meta.dirname, '../../../shared/corpora/cs336')

/** Merges as the Stanford CS336 assignment trains them: the most frequent pair, the lexicographically greater where counts are equal. */
const train = (counts: Iterable<[string, number]>, merges: number): [string, string][] => {
  const words = [...counts].map(([piece, count]) => ({ parts: [...Buffer.from(piece)].map((byte) => String.fromCharCode(byte)), count }))
  const made: [string, string][] = []
  while (made.length < merges) {
    const pairs = new Map<string, { pair: [string, string]; count: number }>()
    for (const { parts, count } of words)
      for (let i = 0; i + 1 < parts.length; i++) {
        const key = `${parts[i].length}:${parts[i]}${parts[i + 1]}`
        const found = pairs.get(key)
        if (found === undefined) pairs.set(key, { pair: [parts[i], parts[i + 1]], count })
        else found.count += count
      }
    const isGreater = (a: [string, string], b: [string, string]): boolean => (a[0] === b[0] ? a[1] > b[1] : a[0] > b[0])
    const best = [...pairs.values()].reduce((a, b) => (b.count > a.count || (b.count === a.count && isGreater(b.pair, a.pair)) ? b : a))
    made.push(best.pair)
    const [left, right] = best.pair
    for (const word of words)
      for (let i = 0; i + 1 < word.parts.length; i++)
        if (word.parts[i] === left && word.parts[i + 1] === right) word.parts.splice(i, 2, left + right)
  }
  return made
}

/** GPT-2's byte alphabet, backwards. */
const fromByteLevel = (text: string): string => {
  const isVisible = (byte: number): boolean => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad)
  const hidden = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !isVisible(byte))
  return [...text]
    .map((character) => (character.codePointAt(0)! < 0x100 ? character : String.fromCharCode(hidden[character.codePointAt(0)! - 0x100])))
    .join('')
}

describe.skipIf(!existsSync(CS336))('the CS336 assignment', () => {
  test('its 243 reference merges come out of our counts', async () => {
    const counts = await pretokenize(join(CS336, 'corpus.en'), ['<|endoftext|>'], { numProcesses: 2 })
    const expected = readFileSync(join(CS336, 'train-bpe-reference-merges.txt'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ').map(fromByteLevel))
    expect(expected).toHaveLength(243)
    expect(train(counts, 243)).toEqual(expected)
  })
})
