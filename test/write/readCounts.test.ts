import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CountsFormat } from '../../src/write/formats.ts'
import { readCounts } from '../../src/write/readCounts.ts'
import { pieceToString } from '../../src/write/pieceText.ts'

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'pretok-read-'))))
afterAll(() => rmSync(folder, { recursive: true }))

const read = async (format: CountsFormat, content: string | Uint8Array): Promise<[piece: string, count: number][]> => {
  const path = join(folder, `a.${format}`)
  writeFileSync(path, content)
  const found: [string, number][] = []
  await readCounts(path, undefined, (bytes, start, end, count) => void found.push([pieceToString(bytes, start, end), count]))
  return found
}

const bytes = (latin1: string) => Buffer.from(latin1, 'latin1')

describe('what other programs write is read as well', () => {
  const THE_AND_NEWLINE = [
    [' the', 12],
    ['\n', 3],
  ]

  test.each<[CountsFormat, string, string]>([
    ['json', 'on one line', '{" the":12,"\\n":3}'],
    ['json', 'indented', '{\n  " the" : 12 ,\r\n\t"\\n": 3\n}\n\n'],
    ['json', 'with escapes of all kinds', '{"\\u0020the":12,"\\u000A":3}'],
    ['json', 'with a byte-order mark', '\ufeff{" the":12,"\\n":3}'],
    ['jsonl', 'with the keys in the other order', '{"count":12,"piece":" the"}\n{ "count" : 3, "piece" : "\\n" }'],
    ['jsonl', 'with empty lines and \\r\\n', '\r\n{"piece":" the","count":12}\r\n\r\n{"piece":"\\n","count":3}\r\n\r\n'],
    ['tsv', 'with \\r\\n', 'piece\tcount\r\n the\t12\r\n\\n\t3\r\n'],
    ['tsv', 'with a byte-order mark', '\ufeffpiece\tcount\n the\t12\n\\n\t3\n'],
    ['tsv', 'with escapes that are not needed', 'piece\tcount\n\\x20the\t12\n\\x0A\t3\n'],
    ['csv', 'without quotes', 'piece,count\n the,12\n"\n",3\n'],
    ['csv', 'with \\r\\n and a quoted header', '"piece","count"\r\n" the",12\r\n"\n",3\r\n'],
    ['csv', 'with a byte-order mark', '\ufeffpiece,count\n" the",12\n"\n",3\n'],
  ])('%s %s', async (format, _, content) => {
    expect(await read(format, content)).toEqual(THE_AND_NEWLINE)
  })

  test('every escape of JSON', async () => {
    const escaped = '{"\\"\\\\\\/\\b\\f\\n\\r\\t": 1, "\\u00e9\\u65e5\\ud83d\\ude00\\uFEFF\\u0000": 2, "\\udc80\\uDCFF": 3, "😀\\udc80": 4}'
    expect(await read('json', escaped)).toEqual([
      ['"\\/\b\f\n\r\t', 1],
      ['é日😀\ufeff\0', 2],
      ['\udc80\udcff', 3],
      ['😀\udc80', 4],
    ])
  })

  test('keys that mean something to JavaScript', async () => {
    const found = await read('json', '{"__proto__":1,"constructor":2,"10":3,"9":4}')
    expect(found).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
      ['10', 3],
      ['9', 4],
    ])
  })

  test('the largest count', async () => {
    expect(await read('json', '{"a": 9007199254740991}')).toEqual([['a', Number.MAX_SAFE_INTEGER]])
  })
})

describe('damage is refused, with its place', () => {
  const COUNT = 'a count (a whole number from 1 to 9007199254740991)'

  test.each<[CountsFormat, string | Uint8Array, string]>([
    // nothing, or something else
    ['json', '', 'line 1, byte 0: expected { (one JSON object of counts), but the file ends here (is it cut off?)'],
    ['json', '["a"]', 'line 1, byte 0: expected { (one JSON object of counts), found "[\\"a\\"]"'],
    ['jsonl', '[" the",1]\n', 'line 1, byte 0: expected "{", found "[\\" the\\",1]\\n"'],
    ['tsv', '', 'line 1, byte 0: expected the header "piece\\tcount", but the file ends here (is it cut off?)'],
    ['tsv', ' the\t1\n', 'line 1, byte 0: expected the header "piece\\tcount", found " the\\t1\\n"'],
    ['tsv', 'piece\tcounts\n', 'line 1, byte 11: expected the end of the line, found "s\\n"'],
    ['csv', '" the",1\n', 'line 1, byte 0: expected the header "piece,count", found "\\" the\\",1\\n"'],
    ['csv', bytes('\x1f\x8b\x08\x00'), 'line 1, byte 0: expected the header "piece,count", found "\\u001f\\udc8b\\b\\u0000"'],
    // cut off, at each kind of place
    ['json', '{\n"a": 1', 'line 2, byte 8: expected "," or "}", but the file ends here (is it cut off?)'],
    ['json', '{\n"a": 1,\n', 'line 3, byte 10: expected a piece (a JSON string), but the file ends here (is it cut off?)'],
    ['json', '{\n"a": 1,\n"b', 'line 3, byte 12: expected the rest of the piece, but the file ends here (is it cut off?)'],
    [
      'json',
      '{\n"a": 1,\n"b\\',
      'line 3, byte 13: expected one of "\\/bfnrtu behind the backslash, but the file ends here (is it cut off?)',
    ],
    ['json', '{\n"a": 1,\n"b\\u00', 'line 3, byte 16: expected a hexadecimal digit, but the file ends here (is it cut off?)'],
    ['json', '{\n"a": 1,\n"b"', 'line 3, byte 13: expected ":", but the file ends here (is it cut off?)'],
    ['json', '{\n"a": 1,\n"b": ', `line 3, byte 15: expected ${COUNT}, but the file ends here (is it cut off?)`],
    ['jsonl', '{"piece":"a"', 'line 1, byte 12: expected ",", but the file ends here (is it cut off?)'],
    ['jsonl', '{"piece":"a","count":12', 'line 1, byte 23: expected "}", but the file ends here (is it cut off?)'],
    ['tsv', 'piece\tcount\na', 'line 2, byte 13: expected the rest of the piece, but the file ends here (is it cut off?)'],
    ['tsv', 'piece\tcount\na\t12', 'line 2, byte 16: expected the end of the line, but the file ends here (is it cut off?)'],
    ['tsv', 'piece\tcount\na\\x', 'line 2, byte 15: expected a hexadecimal digit, but the file ends here (is it cut off?)'],
    ['csv', 'piece,count\n"a\n\nb', 'line 4, byte 17: expected a closing quote, but the file ends here (is it cut off?)'],
    ['csv', 'piece,count\n"a"', 'line 2, byte 15: expected a comma and a count, but the file ends here (is it cut off?)'],
    ['csv', 'piece,count\n"a",12', 'line 2, byte 18: expected the end of the line, but the file ends here (is it cut off?)'],
    ['csv', 'piece,count\na', 'line 2, byte 13: expected a comma and a count, but the file ends here (is it cut off?)'],
    // counts
    ...['0', '-1', '1.5', '1e3', '01', '9007199254740992', '9999999999999999999', 'x', '"1"', 'null', '+1', ''].map(
      (count): [CountsFormat, string, string] => {
        const found = JSON.stringify(`${count}}`)
        return ['json', `{"a": ${count}}`, `line 1, byte 6: expected ${COUNT}, found ${found}`]
      },
    ),
    ['jsonl', '{"piece":"a","count":-1}\n', `line 1, byte 21: expected ${COUNT}, found "-1}\\n"`],
    ['tsv', 'piece\tcount\na\t\n', `line 2, byte 14: expected ${COUNT}, found "\\n"`],
    ['tsv', 'piece\tcount\na\t1 \n', 'line 2, byte 15: expected the end of the line, found " \\n"'],
    ['csv', 'piece,count\n"a",1,2\n', 'line 2, byte 17: expected the end of the line, found ",2\\n"'],
    ['csv', 'piece,count\n"a",1.0\n', `line 2, byte 16: expected ${COUNT}, found "1.0\\n"`],
    // pieces
    ['json', '{"": 1}', 'line 1, byte 1: a piece cannot be empty'],
    ['jsonl', '{"piece":"","count":1}', 'line 1, byte 9: a piece cannot be empty'],
    ['tsv', 'piece\tcount\n\t1\n', 'line 2, byte 12: a piece cannot be empty'],
    ['csv', 'piece,count\n"",1\n', 'line 2, byte 12: a piece cannot be empty'],
    ['json', '{"a\\x": 1}', 'line 1, byte 4: expected one of "\\/bfnrtu behind the backslash, found "x\\": 1}"'],
    ['json', '{"\\u00g0": 1}', 'line 1, byte 6: expected a hexadecimal digit, found "g0\\": 1}"'],
    ['json', '{"\\ud83d": 1}', 'line 1, byte 1: the lone surrogate \\ud83d stands for no byte (expected a pair, or \\udc80 to \\udcff)'],
    [
      'json',
      '{"\\ud83d\\u0041": 1}',
      'line 1, byte 1: the lone surrogate \\ud83d stands for no byte (expected a pair, or \\udc80 to \\udcff)',
    ],
    ['json', '{"\\udd00": 1}', 'line 1, byte 1: the lone surrogate \\udd00 stands for no byte (expected a pair, or \\udc80 to \\udcff)'],
    ['json', '{"a\nb": 1}', 'line 1, byte 3: expected text (control characters must be escaped), found "\\nb\\": 1}"'],
    ['json', bytes('{"a\xff": 1}'), 'line 1, byte 3: expected text in UTF-8, found "\\udcff\\": 1}"'],
    ['json', bytes('{"\xed\xa0\x80": 1}'), 'line 1, byte 2: expected text in UTF-8, found "\\udced\\udca0\\udc80\\": 1}"'],
    ['tsv', 'piece\tcount\na\\qb\t1\n', 'line 2, byte 14: expected \\, t, n, r or x behind the backslash, found "qb\\t1\\n"'],
    ['tsv', 'piece\tcount\n\\xg0\t1\n', 'line 2, byte 14: expected a hexadecimal digit, found "g0\\t1\\n"'],
    ['tsv', 'piece\tcount\na\n', 'line 2, byte 13: expected a tab and a count, found "\\n"'],
    ['tsv', 'piece\tcount\na\rb\t1\n', 'line 2, byte 13: expected text (control characters must be escaped), found "\\rb\\t1\\n"'],
    ['tsv', bytes('piece\tcount\na\xc3\t1\n'), 'line 2, byte 13: expected text in UTF-8, found "\\udcc3\\t1\\n"'],
    ['csv', 'piece,count\na"b,1\n', 'line 2, byte 13: expected a comma and a count, found "\\"b,1\\n"'],
    ['csv', 'piece,count\n"a"b,1\n', 'line 2, byte 15: expected a comma and a count, found "b,1\\n"'],
    // structure
    ['json', '{"a": 1,}', 'line 1, byte 8: expected a piece (a JSON string), found "}"'],
    ['json', '{"a": 1 "b": 2}', 'line 1, byte 8: expected "," or "}", found "\\"b\\": 2}"'],
    ['json', '{"a" 1}', 'line 1, byte 5: expected ":", found "1}"'],
    ['json', '{"a": {"b": 1}}', `line 1, byte 6: expected ${COUNT}, found "{\\"b\\": 1}}"`],
    ['json', '{"a": 1}\n{"b": 2}', 'line 2, byte 9: expected the end of the file, found "{\\"b\\": 2}"'],
    ['jsonl', '{"piece":"a"}\n', 'line 1, byte 12: expected ",", found "}\\n"'],
    ['jsonl', '{"piece":"a","piece":"b"}\n', 'line 1, byte 21: "piece" is there twice'],
    ['jsonl', '{"piece":"a","count":1,"rank":1}\n', 'line 1, byte 22: expected "}", found ",\\"rank\\":1}\\n"'],
    ['jsonl', '{"rank":1}\n', 'line 1, byte 1: expected the key "piece" or "count", found "\\"rank\\":1}\\n"'],
    [
      'jsonl',
      '{"piece":"a","count":1}{"piece":"b","count":1}\n',
      'line 1, byte 23: expected the end of the line, found "{\\"piece\\":\\"b\\",\\"count\\""…',
    ],
  ])('%s %j', async (format, content, problem) => {
    const message = `reading ${join(folder, `a.${format}`)}, ${problem}`
    await expect(read(format, content)).rejects.toMatchObject({ code: 'format', message })
  })

  test('in the middle of a large file', async () => {
    const lines = Array.from({ length: 300_000 }, (_, i) => `piece ${i}\t${i + 1}\n`)
    lines[250_000] = 'piece\twithout a count\n'
    const content = `piece\tcount\n${lines.join('')}`
    const byte = content.indexOf('without')
    await expect(read('tsv', content)).rejects.toThrow(`line 250002, byte ${byte}: expected ${COUNT}, found "without a count\\npiec"…`)
  })

  test('what the caller finds wrong gets a place, too', async () => {
    const path = join(folder, 'refused.csv')
    writeFileSync(path, 'piece,count\n"a",1\n"b",2\n')
    const refuse = readCounts(path, undefined, (bytes, start) => (bytes[start] === 0x62 ? 'b is refused' : undefined))
    await expect(refuse).rejects.toMatchObject({ code: 'format', message: `reading ${path}, line 3, byte 18: b is refused` })
  })
})

test('a file that cannot be read', async () => {
  const reading = (path: string, format?: CountsFormat) => readCounts(path, format, () => {})
  const none = join(folder, 'none.json')
  await expect(reading(none)).rejects.toMatchObject({ code: 'input', message: `reading ${none}: no such file` })
  for (const format of ['json', 'parquet', undefined] as const)
    await expect(reading(folder, format)).rejects.toMatchObject({ code: 'input', message: `reading ${folder}: it is a directory; name the files in it` })
  await expect(reading('counts.txt')).rejects.toMatchObject({ code: 'usage' })
})
