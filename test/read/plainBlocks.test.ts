import { expect, test } from 'vitest'
import { firstLineOf, lineAt } from '../../src/read/plainBlocks.ts'
import { inspectSource } from '../../src/read/source.ts'
import { gzip } from '../support/compress.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { file } = temporaryFolder()

test('the line of a byte, in files of more than one block', async () => {
  const text = 'xyz\n'.repeat(530_000)
  for (const path of [file('lines.txt', text), file('lines.txt.gz', gzip(text))]) {
    const source = await inspectSource(path)
    for (const at of [0, 3, 4, 2 ** 20 - 1, 2 ** 20, 2 ** 21, text.length - 1])
      expect(await lineAt(source, at)).toBe(1 + Math.floor(at / 4))
  }
})

test('the first line of a chunk inside compressed data begins behind the first line end', async () => {
  const members = ['one\ntw', 'o', '\nthree\nfo', '\n', 'ur'].map((text) => gzip(text))
  const source = await inspectSource(file('members.txt.gz', Buffer.concat(members)))
  const starts = members.map((_, i) => Buffer.concat(members.slice(0, i)).length)
  const places = await Promise.all(starts.slice(1).map((start) => firstLineOf(source, { source: 0, start, end: start + 1 })))
  expect(places).toEqual([8, 8, 17, 19])
})
