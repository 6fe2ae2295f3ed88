import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pretokenize } from '../../dist/index.js'
import { likelyEncoding } from '../../src/format/encoding.ts'
import { openSource } from '../../src/read/openSource.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { file } = temporaryFolder()
const inBigEndian = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()

const ENGLISH = 'It was a bright cold day in April, and the clocks were striking thirteen.\n'.repeat(4)
const RUSSIAN = 'Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. '.repeat(3)

test.each([
  ['English', ENGLISH],
  ['Russian, of which only white space and punctuation have a zero byte', RUSSIAN],
])('UTF-16 without a mark: %s', (_, text) => {
  expect(likelyEncoding(Buffer.from(text, 'utf16le').subarray(0, 256))).toBe('UTF-16LE')
  expect(likelyEncoding(inBigEndian(text).subarray(0, 256))).toBe('UTF-16BE')
})

test('text in UTF-8 is not taken for it, nor a few zero bytes', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => likelyEncoding(Buffer.from(text.replaceAll('\0', ''))) === undefined))
  for (const text of [ENGLISH, 'a\0b\0c\0', `${'\0'.repeat(100)}${ENGLISH}`, 'field one\0field 2\0third\0'.repeat(10), ''])
    expect(likelyEncoding(Buffer.from(text))).toBeUndefined()
})

test('text with a mark is not guessed at: it is refused where it is read', async () => {
  const warnings: string[] = []
  const path = file('marked.txt', Buffer.from(`\ufeff${ENGLISH}`, 'utf16le'))
  await expect(pretokenize(path, [], { onWarning: (warning) => warnings.push(warning) })).rejects.toMatchObject({
    code: 'data',
    message: `reading ${path}: its byte-order mark says that it is UTF-16, and UTF-8 is needed; iconv -f UTF-16 -t UTF-8 converts it`,
  })
  expect(warnings).toEqual([])
})

test('a run warns of it, and goes on: it could be UTF-8', async () => {
  const warnings: string[] = []
  const open = (path: string) => openSource(path, { onWarning: (warning) => warnings.push(warning) })
  const path = file('wide.txt', Buffer.from(ENGLISH, 'utf16le'))
  expect(await open(path)).toMatchObject({ format: 'text' })
  await open(file('plain.txt', ENGLISH))
  expect(warnings).toEqual([
    `reading ${path}: its zero bytes stand as in UTF-16LE, and it is read as UTF-8; iconv -f UTF-16LE -t UTF-8 converts it`,
  ])
})
