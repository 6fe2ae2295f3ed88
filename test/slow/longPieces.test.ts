import { describe, expect, test } from 'vitest'
import { pretokenize } from '../../dist/index.js'
import { shell } from '../support/command.ts'
import { MAIN_PIPELINES } from '../support/presets.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { file } = temporaryFolder()

// runs that are one piece, or many of a few characters, longer than V8's RegExps can match
const RUNS = ['a', 'A', '日', ' ', '\n', '7', "'", '!', '\u0301', '😀']
const BYTES = 20_000_000

describe.each(MAIN_PIPELINES.map(({ name }) => name))('%s', (name) => {
  test.each(RUNS)('20 MB of %j', async (character) => {
    const path = file('run.txt', Buffer.alloc(BYTES - (BYTES % Buffer.byteLength(character)), character))
    const counts = await pretokenize(path, [], { tokenizer: name })
    let bytes = 0
    for (const { piece, count } of counts.rows()) bytes += piece.length * count
    expect(bytes).toBe(counts.receipt!.bytes.read)
    expect(counts.size).toBeLessThanOrEqual(3)
  })
})

test('pretok split reads more text from standard input than a string can hold', () => {
  const { stdout, stderr } = shell(`head -c 600000000 /dev/zero | tr '\\0' a | fold -b -w 1000000 | "$PRETOK" split -p '\\n' | wc -l`)
  expect({ lines: stdout.trim(), stderr }).toEqual({ lines: '599', stderr: '' })
})
