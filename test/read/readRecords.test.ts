import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRecords, type ReadingOptions } from '../../src/read/readRecords.ts'
import { inspectSource } from '../../src/read/source.ts'
import { gzip } from '../support/compress.ts'
import { collectingSink } from '../support/records.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { file } = temporaryFolder()

const OPTIONS: ReadingOptions = {
  documentPer: 'line',
  stripBom: false,
  textFields: ['text'],
  maxRecordBytes: 1000,
  onError: 'fail',
  errors: 'replace',
  blockBytes: 100,
}

test('chunks of compressed data whose parts end anywhere in lines have each line once', async () => {
  const part = fc.array(fc.constantFrom('a', 'bcd', '\n', '\r\n', 'é', 'x'.repeat(150)), { maxLength: 6 }).map((texts) => texts.join(''))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(part, fc.boolean()), { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 200 }), async (parts, blockBytes) => {
      const members = parts.map(([text]) => gzip(text))
      const source = await inspectSource(file('parts.txt.gz', Buffer.concat(members)))
      const ends = members.map((_, i) => Buffer.concat(members.slice(0, i + 1)).length)
      const borders = [0, ...ends.filter((_, i) => parts[i][1] && i < parts.length - 1), source.size]
      const { sink, records } = collectingSink()
      let [stored, plain] = [0, 0]
      for (const [i, start] of borders.slice(0, -1).entries())
        for await (const step of readRecords(source, { source: 0, start, end: borders[i + 1] }, { ...OPTIONS, blockBytes }, sink)) {
          stored += step.stored
          plain += step.plain
        }
      const text = parts.map(([one]) => one).join('')
      expect(records.documents.map((document) => document.text)).toEqual(text.split(/\r?\n/).filter((line) => line !== ''))
      expect([stored, plain]).toEqual([source.size, Buffer.byteLength(text)])
    }),
    { numRuns: 100 },
  )
})

test('chunks of a table have its header, whatever stands behind it', async () => {
  for (const name of ['table.csv', 'table.tsv']) {
    const delimiter = name.endsWith('csv') ? ',' : '\t'
    const head = [`"i\nd"`, 'text'].join(delimiter)
    const source = await inspectSource(file(name, `${head}\n1${delimiter}one\n2${delimiter}two\n"3"x${delimiter}three\n`))
    const start = head.length + 7
    const { sink, records } = collectingSink()
    for await (const _ of readRecords(source, { source: 0, start, end: start + 6 }, OPTIONS, sink));
    expect(records.documents.map(({ text }) => text)).toEqual(['two'])
  }
})
