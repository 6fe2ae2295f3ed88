import { expect, test } from 'vitest'
import type { PlainBlock } from '../../src/decompress/plainBlock.ts'
import { inUtf8 } from '../../src/read/inUtf8.ts'
import type { Source } from '../../src/types.ts'

const SOURCE = { path: 'x.jsonl.zst', compression: 'zstd' } as Source
const CHUNK = { source: 0, start: 0, end: 1000 }

/** Blocks of texts, each with ten bytes that are stored for it. */
async function* blocks(texts: readonly string[]): AsyncGenerator<PlainBlock> {
  for (const text of texts) yield { bytes: Buffer.from(text), stored: 10 }
}

test.each([
  [['', '', 'text of some length'.repeat(100), 'more'], true],
  [['', '', 'text of some length'.repeat(100), 'more'], false],
  [['', 'a', '', 'b', 'text'.repeat(500), '', 'c'], true],
  [['', '\u00ef', 'b', '', 'text'.repeat(500), 'c'], false],
  [['\ufeffa', '', 'b'], false],
  [['', ''], false],
  [['', '', ''], true],
] as const)('%j: no byte is lost, stored ones neither (looks inside: %s)', async (texts, looksInside) => {
  const out: PlainBlock[] = []
  for await (const { bytes, stored } of inUtf8(blocks(texts), SOURCE, CHUNK, looksInside)) out.push({ bytes: Buffer.from(bytes), stored })
  expect(Buffer.concat(out.map(({ bytes }) => bytes)).toString()).toBe(texts.join(''))
  expect(out.reduce((sum, { stored }) => sum + stored, 0)).toBe(10 * texts.length)
})
