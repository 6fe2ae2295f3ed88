import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
// workers run from dist, so that is what is tested here
import { pretokenize, type PretokenizeOptions } from '../../dist/index.js'
import { temporaryFolder } from '../support/temporary.ts'

const { file } = temporaryFolder()
const END = '<|endoftext|>'
const text = `words in a row${END}`.repeat(200)
const damaged = Buffer.concat([Buffer.from(text.slice(0, 1000)), Buffer.from([0xff]), Buffer.from(text.slice(1000))])
const rows = '{"text":"some words"}\n'.repeat(3000)

/** The error of a run, and what was told before. */
const failureOf = async (files: readonly string[], options: PretokenizeOptions): Promise<{ message: string; warnings: string[] }> => {
  const warnings: string[] = []
  const counting = pretokenize(files, [END], { errors: 'strict', ...options, onWarning: (warning) => warnings.push(warning) })
  const message = await counting.then(
    () => 'none',
    (error: Error) => error.message,
  )
  return { message, warnings }
}

const files = [
  file('a.txt', text),
  file('b.txt', damaged),
  file('c.txt', text),
  file('d.txt', damaged),
  // far larger than a chunk: it is taken first
  file('e.jsonl.gz', gzipSync(`${rows}{"text":1}\n`, { level: 0 })),
]

describe('the error that is told is the first one in the order of the input', () => {
  test.each([1, 2, 3])('%i workers', async (numProcesses) => {
    for (const chunkBytes of [500, 5000, 1e6]) {
      const { message, warnings } = await failureOf(files, { numProcesses, chunkBytes })
      expect(message).toMatch(/^reading .*b\.txt: invalid UTF-8 \(ff\) at byte 1000, line 1;/)
      for (const warning of warnings) expect(warning).toMatch(/(d\.txt|e\.jsonl\.gz): .*; what stands before that is looked at/)
    }
  })

  test('one that was found first by what is taken first is told of at once, and is the error if there is none before it', async () => {
    const { message, warnings } = await failureOf([files[0], files[2], files[4]], { numProcesses: 1, chunkBytes: 5000 })
    expect(message).toMatch(/^reading .*e\.jsonl\.gz: the field "text" is no string, at byte 66008 of what it holds, line 3001;/)
    expect(warnings).toEqual([expect.stringContaining('line 3001')])
  })
})
