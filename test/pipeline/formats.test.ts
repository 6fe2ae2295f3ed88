import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
// workers run from dist, so that is what is tested here
import { pretokenize, type PretokenizeOptions } from '../../dist/index.js'
import { temporaryFolder } from '../support/temporary.ts'
import { troublesomeText } from '../support/texts.ts'

const { file } = temporaryFolder()
const END = '<|endoftext|>'

/** Documents, one or two of which hold a special token themselves. */
const DOCUMENTS = fc
  .sample(fc.array(troublesomeText(12), { minLength: 200, maxLength: 200 }), { numRuns: 1, seed: 5 })[0]
  .map((text, i) => `${text.toWellFormed()} Document ${i}, "quoted" \\ and \n a line.${i % 50 === 7 ? `${END}\0more` : ''}`)

const TEXT = DOCUMENTS.join(END)

const count = (path: string, options: PretokenizeOptions = {}) => pretokenize(path, [END], { tokenizer: 'cl100k_base', ...options })
const expected = [...(await count(file('plain.txt', TEXT)))]

/** A JSON row in one of the ways in which writers spell it. */
const jsonRow = (text: string, i: number): string => {
  const json = JSON.stringify({ id: i, meta: { tags: ['a', null], text: 5 }, text })
  return i % 3 === 0 ? json.replace(/[^\0-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) : json
}

const JSONL = DOCUMENTS.map((text, i) => `${jsonRow(text, i)}\n`).join('')

const SETTINGS: PretokenizeOptions[] = [
  {},
  { numProcesses: 3, chunkBytes: 3000 },
  { chunkBytes: 100, blockBytes: 1 },
  { chunkBytes: 5000, blockBytes: 777 },
]

describe('the same text gives the same counts', () => {
  test.each([['data.jsonl', JSONL]])('%s', async (name, data) => {
    const path = file(name, data)
    for (const setting of SETTINGS) {
      const counts = await count(path, setting)
      expect([...counts]).toEqual(expected)
      expect(counts.receipt).toMatchObject({ documents: DOCUMENTS.length + 4, specialTokens: { [END]: 4 }, skippedRecords: { count: 0 } })
    }
  })
})

describe('rows that cannot be read', () => {
  const rows = JSONL.trimEnd().split('\n')
  const bad = ['{"text":null}', '{"text":"cut', '{}', '[]']
  const data = rows.flatMap((row, i) => (i % 40 === 20 ? [row, bad[(i / 40) | 0] ?? '1'] : [row])).join('\n')
  const path = file('bad.jsonl', data)

  test('fail the run with file, line and byte', async () => {
    await expect(count(path)).rejects.toMatchObject({
      code: 'data',
      message: `reading ${path}: the field "text" is null, at byte ${Buffer.byteLength(`${rows.slice(0, 21).join('\n')}\n`) + 8}, line 22; --on-error skip goes on without such records`,
    })
  })

  test('are counted and listed with onError: skip, and the rest is counted', async () => {
    for (const setting of SETTINGS) {
      const counts = await count(path, { ...setting, onError: 'skip' })
      expect([...counts]).toEqual(expected)
      const { count: skipped, first } = counts.receipt!.skippedRecords
      expect(skipped).toBe(5)
      expect(first.map(({ reason }) => reason)).toEqual([
        'the field "text" is null',
        'the JSON ends too early',
        'the field "text" is not there',
        'the field "text" is not there',
        'the field "text" is not there',
      ])
      const bytes = Buffer.from(data)
      expect(first.map(({ start, end }) => bytes.subarray(start, end).toString())).toEqual([...bad, '1'].map((row) => `${row}\n`))
      expect(counts.receipt!.bytes.skipped).toBe([...bad, '1'].join('\n').length + 1)
    }
  })
})

test('escapes of lone surrogates go by the error policy', async () => {
  const path = file('lone.jsonl', '{"text":"a\\ud800b"}\n{"text":"\\ude00"}\n')
  const replaced = await count(path)
  expect([...replaced]).toEqual(
    [
      ['a', 1],
      ['\ufffdb', 1],
      ['\ufffd', 1],
    ].sort(([a], [b]) => Buffer.compare(Buffer.from(a as string), Buffer.from(b as string))),
  )
  expect(replaced.receipt!.invalidUtf8).toMatchObject({ sequences: 2, bytes: 12, first: [{ start: 10 }, { start: 29 }] })
  expect([...(await count(path, { errors: 'ignore' }))]).toEqual([['ab', 1]])
  await expect(count(path, { errors: 'strict' })).rejects.toThrow('invalid UTF-8 (5c7564383030) at byte 10, line 1')
})
