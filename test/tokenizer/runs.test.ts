import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pretokenize, type PretokenCounts } from '../../dist/index.js'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import { temporaryFolder } from '../support/temporary.ts'

// whole runs of pipelines of all kinds: the receipt must add up, and the counts be those of the documents one by one
const { file } = temporaryFolder()
const END = '<|end|>'
const DOCUMENTS = [
  "Hello, world!! it's  we'll  DON'T  a\t\tb\n\nc  ",
  ' aujourd\u2019hui l\u2019été 12345 x86_64 ½ ² ٣٤٥',
  '日本語テキスト。中文abc混合 カタカナ café e\u0301',
  'def f(x):\r\n    return x+1\r\n',
  'нещо м мир   Привет ΟΔΟΣ -- (a|b)',
  ' ',
]
const TEXT = file('text.txt', Array.from({ length: 300 }, (_, i) => DOCUMENTS[i % DOCUMENTS.length]).join(END))

const FILES = join(import.meta.dirname, 'files')
const OLD_FILES = ['neox-2022', 'metaspace-2024', 'trained-at-home'].map((name) => join(FILES, `${name}.json`))
const NAMES = ['lucie', 'falcon', 'bert', 'clip', 'llama-2', 'deepseek-llm', ...OLD_FILES]

/** Bytes as a string: pieces need not be UTF-8. */
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

const expected = (name: string): [piece: string, count: number][] => {
  const { splitToBytes } = createPipelineSplitter(resolveTokenizer(name))
  const counts = new Map<string, number>()
  for (const document of DOCUMENTS)
    for (const piece of splitToBytes(document).map(latin1)) counts.set(piece, (counts.get(piece) ?? 0) + 300 / DOCUMENTS.length)
  return [...counts].sort()
}

const rowsOf = (counts: PretokenCounts): [piece: string, count: number][] =>
  Array.from(counts.rows(), ({ piece, count }): [string, number] => [latin1(piece), count]).sort()

describe.each(NAMES.map((name) => [name.split('/').at(-1)!, name]))('%s', (_, tokenizer) => {
  test('in one worker, and in two with small chunks', async () => {
    const wanted = expected(tokenizer)
    expect(rowsOf(await pretokenize(TEXT, [END], { tokenizer }))).toEqual(wanted)
    const inTwo = await pretokenize(TEXT, [END], { tokenizer, numProcesses: 2, chunkBytes: 1500 })
    expect(inTwo.receipt).toMatchObject({ workers: 2 })
    expect(rowsOf(inTwo)).toEqual(wanted)
  })
})
