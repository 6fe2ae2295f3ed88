import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createJsonlParser } from '../../src/format/jsonl.ts'
import type { RecordSink } from '../../src/format/records.ts'
import { collectingSink, collectTexts, feed } from '../support/records.ts'
import { tries } from '../support/seed.ts'

const parse = (data: string | Buffer, size = 1000, textFields: readonly string[] = ['text'], maxRecordBytes = 1e6) => {
  const { sink, records } = collectingSink()
  feed(createJsonlParser(sink, 0, { name: 'x.jsonl', textFields, maxRecordBytes }), Buffer.from(data), size)
  return records
}

/** What the definition makes of a row: JSON.parse and the paths. */
const textOf = (row: string, textFields: readonly string[]): string | undefined => {
  let value: unknown
  try {
    value = JSON.parse(row)
  } catch {
    return undefined
  }
  const texts = (from: unknown, path: readonly string[]): (string | undefined)[] => {
    if (Array.isArray(from)) return from.flatMap((item) => texts(item, path))
    if (path.length === 0) return [typeof from === 'string' ? from : undefined]
    if (from === null || typeof from !== 'object' || !Object.hasOwn(from, path[0])) return [undefined]
    return texts((from as Record<string, unknown>)[path[0]], path.slice(1))
  }
  const found = textFields.flatMap((field) => texts(value, field.split('.')))
  return Array.isArray(value) || found.includes(undefined) ? undefined : found.map((text) => text!.toWellFormed()).join('\x1f')
}

const character = fc.oneof(
  fc.constantFrom(
    '"',
    '\\',
    '/',
    '\n',
    '\r',
    '\t',
    '\b',
    '\f',
    '\0',
    '\u007f',
    '\u2028',
    '<|endoftext|>',
    'plain text, a bit longer',
    '€',
    '😀',
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.constantFrom('\ud83d', '\ude00'),
)
const string = fc.array(character, { maxLength: 6 }).map((parts) => parts.join(''))

/** A string as a writer may spell it: escaped as needed, or more than that. */
const spelled = fc.tuple(string, fc.constantFrom('least', 'ascii', 'all'), fc.boolean()).map(([text, how, inCapitals]) => {
  const json = JSON.stringify(text)
  const unit = (character: string): string => {
    const digits = character.charCodeAt(0).toString(16).padStart(4, '0')
    return `\\u${inCapitals ? digits.toUpperCase() : digits}`
  }
  if (how === 'least') return json
  if (how === 'ascii') return json.replace(/[^\0-\x7e]/g, unit).replaceAll('/', '\\/')
  return `"${text.split('').map(unit).join('')}"`
})
const space = fc.constantFrom('', '', '', ' ', '\t', '\r', '  ')
const key = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('"text"', '"a"', '"b"', '"\\u0074ext"', '"t\\u0065xt"', '"texts"') },
  { weight: 1, arbitrary: spelled },
)
const { value } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    spelled,
    fc.constantFrom('null', 'true', 'false', '0', '-0', '12', '-1.5e3', '1E+2', '0.25e-7'),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(space, key, space, space, tie('value'), space), { maxLength: 4 })
    .map((entries) => `{${entries.map(([a, name, b, c, item, d]) => `${a}${name}${b}:${c}${item}${d}`).join(',')}}`),
}))

/** Rows, and rows in which a byte or two were changed: most of those are no JSON any more. */
const damaged = fc
  .tuple(value, fc.nat(), fc.constantFrom('', '"', '\\', '{', '}', ']', ',', ':', '0', 'e', '.', '-', 'u', 'n', ' ', '\x01'))
  .map(([row, place, change]) => {
    const at = place % (row.length + 1)
    return row.slice(0, at) + change + row.slice(at + (place % 2))
  })

describe('JSON Lines', () => {
  test('keys that come several times in an object, in lists and objects: what JSON.parse makes of them', () => {
    const { value: nested } = fc.letrec<{ value: string; object: string }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom('"x"', '"y"', '"z"', '[]', '{}'),
        tie('object'),
        fc.array(fc.oneof(tie('object'), fc.constant('"w"')), { maxLength: 3 }).map((items) => `[${items.join()}]`),
      ),
      object: fc
        .array(fc.tuple(fc.constantFrom('a', 'b'), tie('value')), { maxLength: 5 })
        .map((entries) => `{${entries.map(([name, item]) => `"${name}":${item}`).join()}}`),
    }))
    fc.assert(
      fc.property(nested, fc.constantFrom(['a'], ['b.a'], ['a', 'b'], ['a', 'b.a'], ['a.a', 'b']), (row, fields) => {
        const expected = textOf(row, fields)
        const { documents, bad } = parse(`${row}\n`, 1000, fields)
        expect(bad.length).toBe(expected === undefined ? 1 : 0)
        if (expected !== undefined) expect(documents.map(({ text }) => text).join('')).toBe(expected)
      }),
      { numRuns: 8000 },
    )
  })

  test.each([[['text']], [['a.b']], [['text', 'a', 'b.text']]])(
    'fields %j: what JSON.parse makes of each row, and it refuses the same',
    (fields) => {
      fc.assert(
        fc.property(fc.oneof(value, damaged), fc.integer({ min: 1, max: 40 }), (row, size) => {
          // lone surrogates that are not escaped are no text that UTF-8 can hold
          fc.pre(row.isWellFormed() && !row.includes('\n') && row.trim() !== '')
          const expected = textOf(row, fields)
          const { documents, bad, format } = parse(`${row}\n`, size, fields)
          if (expected === undefined) expect(bad).toMatchObject([{ start: 0, end: Buffer.byteLength(row) + 1 }])
          else {
            expect(bad).toEqual([])
            // a text of nothing is told of, but is no document
            expect(
              documents
                .map(({ text }) => text)
                .join('')
                .replaceAll('\x1f', ''),
            ).toBe(expected.replaceAll('\x1f', ''))
            if (!expected.includes('\ufffd'))
              expect(format).toBe(Buffer.byteLength(row) + 1 - Buffer.byteLength(expected.replaceAll('\x1f', '')))
          }
        }),
        { numRuns: 4000 },
      )
    },
  )

  test('rows that are taken many at a time are what they are one by one, whatever is among them', () => {
    const line = fc.oneof(
      { weight: 6, arbitrary: string.map((text) => JSON.stringify({ id: 1, text })) },
      {
        weight: 1,
        arbitrary: fc.oneof(value, damaged, fc.constantFrom('', ' ', '{"text":["a","b"]}', '{"text":"a"} \r', '{"text":"a"}}')),
      },
    )
    const odd = fc.constantFrom('', '', '{"text":"\xff"}\n', '{"text":"\x80x"}\n{"text":"\xc3"}\n{"text":"\xa9"}\n', '\xef\xbb\xbf')
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.array(line, { maxLength: 12 }), odd), { maxLength: 5 }),
        fc.constantFrom(7, 100, 1e6),
        (parts, size) => {
          const data = Buffer.concat(
            parts.flatMap(([lines, bytes]) => [Buffer.from(lines.map((text) => `${text}\n`).join('')), Buffer.from(bytes, 'latin1')]),
          )
          const parser = (sink: RecordSink) => createJsonlParser(sink, 0, { name: 'x.jsonl', textFields: ['text'], maxRecordBytes: 1e6 })
          expect(collectTexts(parser, data, size, true).found).toEqual(collectTexts(parser, data, size, false).found)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('usual rows are taken many at a time, and so are those behind an odd one', () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => (i % 1000 === 500 ? '{"text":["a","b"]}\n' : `{"text":"a\\n${i}"}\n`)).join('')
    const parser = (sink: RecordSink) => createJsonlParser(sink, 0, { name: 'x.jsonl', textFields: ['text'], maxRecordBytes: 1e6 })
    const { many, found } = collectTexts(parser, Buffer.from(rows), 1e6, true)
    expect(many).toBe(20_000 - 20)
    expect(found.documents).toEqual(collectTexts(parser, Buffer.from(rows), 1e6, false).found.documents)
  })

  test('strings of every length and alignment, with something to escape at every place', () => {
    const texts: string[] = []
    for (let length = 0; length < 40; length++)
      for (const special of ['\n', '"', 'é', '😀', '\0'])
        for (let at = 0; at <= length; at++) texts.push('x'.repeat(at) + special + 'y'.repeat(length - at))
    const rows = texts.map((text, i) => `${JSON.stringify({ k: 'v'.repeat(i % 17), text })}\n`)
    expect(parse(rows.join('')).documents.map(({ text }) => text)).toEqual(texts)
  })

  test('several rows, blank lines, \\r\\n, a byte-order mark, no line end at the end; for every feed size', () => {
    const data = '\ufeff{"text":"a\\n"}\r\n\n  \n{"x":[1,{"text":2}],"text":"b"}\n{"text":""}\n{"text":"c"}'
    for (let size = 1; size < data.length + 5; size++) {
      const { documents, bad, format } = parse(data, size)
      expect(documents).toEqual([
        { at: 12, text: 'a\n' },
        { at: 51, text: 'b' },
        { at: 76, text: 'c' },
      ])
      expect(bad).toEqual([])
      expect(format).toBe(Buffer.byteLength(data) - 4)
    }
  })

  test('places of what is not UTF-8, beside escapes and without', () => {
    const row = Buffer.concat([Buffer.from('{"text":"\\n'), Buffer.from([0xff]), Buffer.from('\\ud800\\u0041\\ude00\\ud83d\\ude00"}')])
    const { documents, invalid } = parse(row)
    expect(Buffer.from(documents[0].text)).toEqual(Buffer.from('\n\ufffd\ufffdA\ufffd😀'))
    expect(invalid).toEqual([
      [12, 18],
      [24, 30],
    ])
  })

  test('lone surrogates and bytes that are not UTF-8, anywhere among text and escapes', () => {
    const units = ['a', ' of some length ', '\\n', '\\\\', '\\u00e9', '\\u65E5', '\\u0041', '\xc3\xa9', '\xff', '\xe6\x97', '\\ud83d\\uDE00', '\\ud83d', '\\uDBFF', '\\udfff', 'ud83d']
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...units), maxLength: 40 }), fc.integer({ min: 1, max: 40 }), (inside, size) => {
        const row = Buffer.from(`{"text":"x${inside}"}\n`, 'latin1')
        const { documents, invalid } = parse(row, size)
        const { text } = JSON.parse(row.toString('utf8')) as { text: string }
        expect(Buffer.from(documents[0].text).toString('utf8')).toBe(text.toWellFormed())
        const escapes = row.toString('latin1').matchAll(/\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u([dD][89a-fA-F]..)|\\./g)
        expect(invalid).toEqual(Array.from(escapes).flatMap(({ index, 1: lone }) => (lone === undefined ? [] : [[index, index + 6]])))
      }),
      { numRuns: tries(500) },
    )
  })

  test.each([
    ['{"text":"a"', 'the JSON ends too early (rows that take several lines need --format json)', 11],
    ['{"text":"a', 'the JSON ends too early (rows that take several lines need --format json)', 10],
    ['{"text":"a"} x', 'the line goes on behind the JSON', 12],
    ['{"text":"a"} {"text":"b"}', 'the line goes on behind the JSON (several rows in a line need --format json)', 12],
    ['{"text":"\\x"}', 'a backslash that begins no escape of JSON', 9],
    ['{"text":"\t"}', 'a control character in a JSON string', 9],
    ["{'text':1}", 'this is not JSON', 1],
    ['{"score":NaN,"text":"a"}', "NaN is not JSON (Python's json writes it, unless with allow_nan=False)", 9],
    ['{"text":"a","score":[-Infinity]}', "Infinity is not JSON (Python's json writes it, unless with allow_nan=False)", 22],
    ['{"other":1}', 'the field "text" is not there (--text-field names another)', 11],
    ['["text"]', 'the field "text" is not there (--text-field names another)', 0],
    ['"text"', 'the field "text" is not there (--text-field names another)', 0],
    ['{"text":null}', 'the field "text" is null', 8],
    ['{"text":5}', 'the field "text" is no string', 8],
    ['{"text":{"text":"a"}}', 'the field "text" is no string', 8],
    ['{"text":["a",null]}', 'the field "text" is null', 13],
  ])('%s is a bad row, and the ones around it are not', (row, reason, at) => {
    const { documents, bad } = parse(`{"text":"one"}\n${row}\n{"text":"two"}\n`)
    expect(documents.map(({ text }) => text)).toEqual(['one', 'two'])
    expect(bad).toEqual([{ start: 15, end: 16 + row.length, reason, at: 15 + at }])
  })

  test('a last line that is cut off is no row that takes several', () => {
    expect(parse('{"text":"a"}\n{"text":').bad).toEqual([{ start: 13, end: 21, reason: 'the JSON ends too early', at: 21 }])
  })

  test('several fields come in the order in which they were named; lists give all their strings', () => {
    const row = JSON.stringify({ b: 'B', m: [{ c: 'x', r: 1 }, { c: ['y', 'z'] }], a: 'A', e: [] })
    expect(parse(row, 3, ['a', 'b']).documents[0].text).toBe('A\x1fB')
    expect(parse(row, 3, ['m.c']).documents[0].text).toBe('x\x1fy\x1fz')
    expect(parse(row, 3, ['e'])).toMatchObject({ documents: [], bad: [] })
    expect(parse('{"a.b":"dot","a":{"b":"path"}}', 3, ['a\\.b']).documents[0].text).toBe('dot')
  })

  test('a row of as many texts as one may have, and of one more', () => {
    const most = 65_536
    const row = (count: number): string => `{"text":[${Array.from({ length: count }, (_, i) => `"${i}"`).join()}]}\n`
    const { documents, bad } = parse(`{"text":"one"}\n${row(most)}${row(most + 1)}{"text":"two"}\n`, 1e6)
    expect(documents.map(({ text }) => text)).toEqual(['one', Array.from({ length: most }, (_, i) => `${i}`).join('\x1f'), 'two'])
    expect(bad).toMatchObject([{ reason: 'more texts than one row may have' }])
  })

  test('a block of other memory is taken, though it stands at the same place in that', () => {
    const { sink, records } = collectingSink()
    const parser = createJsonlParser(sink, 0, { name: 'x.jsonl', textFields: ['text'], maxRecordBytes: 1e6 })
    const row = Buffer.from('{"text":"a"}\n')
    const { byteOffset } = parser.room!(row.length)
    const other = Buffer.from(new ArrayBuffer(byteOffset + row.length), byteOffset)
    row.copy(other)
    parser.push(other)
    parser.end()
    expect(records).toMatchObject({ documents: [{ text: 'a' }], bad: [] })
  })

  test('a row above the limit is an error with its place', () => {
    expect(() => parse(`{"text":"a"}\n{"text":"${'b'.repeat(200)}"}`, 7, ['text'], 100)).toThrow(
      'reading x.jsonl: the row at byte 13 is longer than 100 bytes; --max-record-bytes raises the limit',
    )
  })

  test('a deep nesting is no problem', () => {
    expect(parse(`{"x":${'['.repeat(100_000)}${']'.repeat(100_000)},"text":"a"}`).documents[0].text).toBe('a')
  })

  test.each([
    [[], '1 to 32 fields are needed'],
    [['a', 'a.b'], '"a.b" lies in "a", or is the same'],
    [['a', 'a'], '"a" lies in "a", or is the same'],
    [['a..b'], '"a..b" has an empty name in it'],
  ])('fields %j are refused', (fields, message) => expect(() => parse('', 1, fields)).toThrow(message))
})
