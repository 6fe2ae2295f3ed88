import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findBoundaries } from '../../src/read/findBoundaries.ts'
import { mapInFlight } from '../../src/read/inFlight.ts'
import { mapDocuments, processFiles } from '../../src/read/processFiles.ts'
import { streamBatches, streamDocuments } from '../../src/read/streamDocuments.ts'
import { gzip } from '../support/compress.ts'
import { parquet } from '../support/parquet.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { file } = temporaryFolder()
const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const list: Item[] = []
  for await (const item of items) list.push(item)
  return list
}
const END = '<|endoftext|>'

describe('streamDocuments', () => {
  test('gives the documents with their places', async () => {
    const path = file('three.txt', `eins${END}${END} ${END}zwei: ü${END}drei`)
    const documents = await collect(streamDocuments(path, { specialTokens: [END] }))
    expect(documents.map(({ index, text, start, end, separator }) => [index, text, start, end, separator])).toEqual([
      [0, 'eins', 0, 4, END],
      [1, ' ', 30, 31, END],
      [2, 'zwei: ü', 44, 52, END],
      [3, 'drei', 65, 69, undefined],
    ])
  })

  test('places are those of the file also behind invalid UTF-8, for every block size', async () => {
    const piece = fc.oneof(
      fc.constantFrom('a', 'é', '日', '|', '||', 'x'),
      fc.constantFrom([0xff], [0xe2, 0x82], [0x80, 0x80]).map((bytes) => Buffer.from(bytes)),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 20 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom('replace' as const, 'ignore' as const),
        async (pieces, blockBytes, errors) => {
          const bytes = Buffer.concat(pieces.map((part) => Buffer.from(part)))
          const path = file('random.txt', bytes)
          const documents = await collect(streamDocuments(path, { specialTokens: ['|'], blockBytes, errors }))
          for (const { start, end, text, separator } of documents) {
            const decoded = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(start, end))
            expect(errors === 'replace' ? text : text.length).toBe(errors === 'replace' ? decoded : decoded.replaceAll('\ufffd', '').length)
            expect(separator === undefined ? end : String.fromCharCode(bytes[end])).toBe(separator === undefined ? bytes.length : '|')
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  test('a document above the limit is an error with its place', async () => {
    const path = file('long.txt', `ab${END}${'c'.repeat(100)}`)
    await expect(collect(streamDocuments(path, { specialTokens: [END], maxDocumentBytes: 99, blockBytes: 7 }))).rejects.toThrow(
      `reading ${path}: the document at byte 15 is longer than 99 bytes`,
    )
  })

  test('strict stops at invalid UTF-8', async () => {
    await expect(collect(streamDocuments(file('bad.txt', Buffer.from([0x61, 0xff])), { errors: 'strict' }))).rejects.toThrow(
      'invalid UTF-8 (ff) at byte 1',
    )
  })

  test('reads on only when asked', async () => {
    const path = file('many.txt', `${'x'.repeat(50)}|`.repeat(1000))
    for await (const document of streamDocuments(path, { specialTokens: ['|'], blockBytes: 64 })) {
      expect(document.text).toBe('x'.repeat(50))
      break
    }
  })

  test('an empty file has no documents', async () => expect(await collect(streamDocuments(file('empty.txt', '')))).toEqual([]))
})

describe('streamDocuments of other formats', () => {
  const TEXTS = ['one "two"', `a${END}b`, 'é\n😀', ' ']
  const expected = ['one "two"', 'a', 'b', 'é\n😀', ' ']
  const rows = TEXTS.map((text) => JSON.stringify({ text }))
  test.each([
    ['rows.jsonl', rows.join('\n')],
    ['rows.jsonl.gz', gzip(rows.join('\n'))],
    ['rows.json', `[${rows.join(', ')}]`],
    ['rows.csv', ['id,text', ...TEXTS.map((text, i) => `${i},"${text.replaceAll('"', '""')}"`)].join('\r\n')],
    ['rows.parquet', parquet(TEXTS)],
  ])('%s', async (name, content) => {
    const path = file(name, content)
    for (const blockBytes of [1, 7, 1000]) {
      const documents = await collect(streamDocuments(path, { specialTokens: [END], blockBytes }))
      expect(documents.map(({ text }) => text)).toEqual(expected)
      expect(documents.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4])
      if (name.endsWith('parquet'))
        expect(documents.map(({ start, end }) => [start, end])).toEqual([0, 1, 1, 2, 3].map((row) => [row, row + 1]))
    }
  })

  test('places are those of the text in the file', async () => {
    const lines = file('lines.txt', 'a\r\n\nbé\nc')
    const content = 'id,text\n1,"x""y"\n2,z\n'
    const places = async (path: string, documentPer?: 'line') =>
      (await collect(streamDocuments(path, documentPer === undefined ? {} : { documentPer }))).map(({ start, end }) => [start, end])
    expect(await places(lines, 'line')).toEqual([
      [0, 1],
      [4, 7],
      [8, 9],
    ])
    expect(await places(file('places.csv', content))).toEqual([
      [11, 15],
      [19, 20],
    ])
    expect(await places(file('places.jsonl', '{"text":"ab"}\n{"text":"c"}\n'))).toEqual([
      [9, 11],
      [23, 24],
    ])
  })

  test('messages about Parquet say in which row', async () => {
    const invalid = parquet(['one', 'two', 'three X'])
    invalid[invalid.indexOf('X')] = 0xff
    const strict = collect(streamDocuments(file('invalid.parquet', invalid), { errors: 'strict' }))
    await expect(strict).rejects.toThrow('invalid.parquet: invalid UTF-8 (ff) in row 2')
    const long = collect(streamDocuments(file('long.parquet', parquet(['one', 'four', 'three'])), { maxDocumentBytes: 4 }))
    await expect(long).rejects.toThrow('long.parquet: the document in row 2 is longer than 4 bytes (maxDocumentBytes)')
  })

  test('a row that cannot be read is an error, and several fields are several documents', async () => {
    const path = file('bad.jsonl', '{"a":"x","b":"y"}\n{"a":1}\n')
    const documents = streamDocuments(path, { textField: ['b', 'a'] })
    const first = [await documents.next(), await documents.next()]
    expect(first.map(({ value }) => (value as { text: string }).text)).toEqual(['y', 'x'])
    await expect(documents.next()).rejects.toThrow(`reading ${path}: the field "a" is no string, at byte 23`)
  })
})

test('streamBatches', async () => {
  const path = file('batches.txt', 'a|b|c|d|e')
  const batches = await collect(streamBatches(path, 2, { specialTokens: ['|'] }))
  expect(batches.map((batch) => batch.map(({ text }) => text))).toEqual([['a', 'b'], ['c', 'd'], ['e']])
  await expect(collect(streamBatches(path, 0))).rejects.toThrow('batchSize: 0 is no positive whole number')
})

describe('mapInFlight', () => {
  test('keeps the order and never has more than its bound at work', async () => {
    let atWork = 0
    let most = 0
    const results = await collect(
      mapInFlight(
        Array.from({ length: 50 }, (_, i) => i),
        async (i) => {
          most = Math.max(most, ++atWork)
          await new Promise((resolve) => setImmediate(resolve))
          atWork--
          return i * 2
        },
        4,
      ),
    )
    expect(results).toEqual(Array.from({ length: 50 }, (_, i) => i * 2))
    expect(most).toBe(4)
  })

  test('asks for no further item while the bound is reached', async () => {
    let asked = 0
    function* items() {
      for (;;) yield asked++
    }
    const results = mapInFlight(items(), async (i) => i, 3)
    await results.next()
    expect(asked).toBe(3)
    await results.return(undefined)
    expect(asked).toBe(3)
  })

  test('an error is thrown after what is at work has settled', async () => {
    let settled = 0
    const run = collect(
      mapInFlight(
        [1, 2, 3],
        async (i) => {
          if (i === 1) throw new Error('first')
          await new Promise((resolve) => setImmediate(resolve))
          settled++
        },
        3,
      ),
    )
    await expect(run).rejects.toThrow('first')
    expect(settled).toBe(2)
  })
})

test('mapDocuments and processFiles', async () => {
  const paths = ['a|bb', 'ccc', ''].map((text, i) => file(`part-${i}.txt`, text))
  const lengths = await processFiles(
    paths,
    async (path) => collect(mapDocuments(path, async ({ text }) => text.length, { specialTokens: ['|'] })),
    2,
  )
  expect(lengths).toEqual([[1, 2], [3], []])
  await expect(processFiles([...paths, 'missing.txt'], async (path) => collect(streamDocuments(path)))).rejects.toThrow(
    'reading missing.txt: no such file',
  )
})

test('findBoundaries names each special token, for every block size', async () => {
  const text = `a${END}b<|x|>${END}é${END}`
  const path = file('boundaries.txt', text)
  for (let blockBytes = 1; blockBytes < 40; blockBytes++) {
    const found = await collect(findBoundaries(path, [END, '<|x|>'], { blockBytes }))
    expect(found.map(({ token }) => token)).toEqual([END, '<|x|>', END, END])
    for (const { start, end, token } of found) expect(readFileSync(path).subarray(start, end).toString()).toBe(token)
  }
})

describe('an abort', () => {
  const lines = `${'x'.repeat(60)}\n`.repeat(200_000)
  const reason = new Error('no longer wanted')
  /** The functions that read a file, each with the options that make it give very many items. */
  const READERS: [name: string, read: (path: string, signal: AbortSignal | undefined) => AsyncIterable<unknown>][] = [
    ['streamDocuments', (path, signal) => streamDocuments(path, { documentPer: 'line', signal })],
    ['streamBatches', (path, signal) => streamBatches(path, 10, { documentPer: 'line', signal })],
    ['mapDocuments', (path, signal) => mapDocuments(path, ({ index }) => index, { documentPer: 'line', signal })],
    ['findBoundaries', (path, signal) => findBoundaries(path, ['\n'], { signal })],
  ]

  test.each(READERS)('stops %s: before the start, between two items, and by a timer', async (_, read) => {
    const path = file('stopped.txt', lines)
    const interrupted = { code: 'interrupted', message: `reading ${path}: stopped before the end`, cause: reason }
    await expect(collect(read('missing.txt', AbortSignal.abort(reason)))).rejects.toMatchObject({ ...interrupted, message: 'reading missing.txt: stopped before the end' })

    const stopping = new AbortController()
    const items: unknown[] = []
    const reading = (async () => {
      for await (const item of read(path, stopping.signal)) if (items.push(item) === 3) stopping.abort(reason)
    })()
    await expect(reading).rejects.toMatchObject(interrupted)
    expect(items.length).toBe(3)

    const later = new AbortController()
    setTimeout(() => later.abort(reason), 1)
    await expect(collect(read(path, later.signal))).rejects.toMatchObject(interrupted)
  })

  test('stops what is one document, too, and the wait for what is done with the last ones', async () => {
    const path = file('stopped.txt', lines)
    const stopping = new AbortController()
    setTimeout(() => stopping.abort(reason), 1)
    await expect(collect(streamDocuments(path, { blockBytes: 64, signal: stopping.signal }))).rejects.toMatchObject({ code: 'interrupted', cause: reason })

    const last = new AbortController()
    const mapping = mapDocuments(file('short.txt', 'a\nb'), () => last.abort(reason), { documentPer: 'line', signal: last.signal })
    await expect(collect(mapping)).rejects.toMatchObject({ code: 'interrupted', cause: reason })
  })

  test('is told as one, too, where the function that mapDocuments calls fails of it', async () => {
    const stopping = new AbortController()
    let calls = 0
    const map = async () => {
      if (++calls === 1) setTimeout(() => stopping.abort(reason), 1)
      await delay(60_000, undefined, { signal: stopping.signal })
    }
    const mapping = mapDocuments(file('stopped.txt', lines), map, { documentPer: 'line', maxInFlight: 2, signal: stopping.signal })
    await expect(collect(mapping)).rejects.toMatchObject({ code: 'interrupted', cause: reason })
  })

  test.each(READERS)('%s takes a signal and a path only', async (_, read) => {
    await expect(collect(read('missing.txt', {} as never))).rejects.toMatchObject({ code: 'usage', message: 'signal: [object Object] is not an AbortSignal' })
    for (const path of [undefined, '', 5, new URL(import.meta.url), ['a']])
      await expect(collect(read(path as never, undefined))).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(/^path: .* is not a path$/) })
  })
})

test('a path of a field that cannot be is refused, whatever the file holds', async () => {
  const path = file('x.txt', 'x')
  await expect(collect(streamDocuments(path, { textField: 'a..b' }))).rejects.toMatchObject({ code: 'usage', message: 'textField: "a..b" has an empty name in it' })
  await expect(collect(streamDocuments(path, { textField: [] }))).rejects.toMatchObject({ code: 'usage' })
})
