import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openParquet, readParquet } from '../../src/parquet/readParquet.ts'
import { readAtOf } from '../support/parquet.ts'
import { collectingSink, collectingSinkOfMany } from '../support/records.ts'

// files made by pyarrow and DuckDB: fixtures/make-parquet.py says how
const FOLDER = join(import.meta.dirname, '../fixtures/parquet')
const { texts, nested } = JSON.parse(readFileSync(join(FOLDER, 'texts.json'), 'utf8')) as { texts: string[]; nested: string[][] }

const read = async (name: string, ...fields: string[]) => {
  const singly = await readTo(collectingSink(), name, fields)
  expect(await readTo(collectingSinkOfMany(), name, fields)).toEqual(singly)
  return singly
}

const readTo = async ({ sink, records }: ReturnType<typeof collectingSink>, name: string, fields: readonly string[]) => {
  const data = readFileSync(join(FOLDER, `${name}.parquet`))
  const readAt = readAtOf(data)
  const file = await openParquet(readAt, data.length, name)
  for await (const { plain } of readParquet(file, { start: 0, end: data.length }, readAt, { name, textFields: fields }, sink))
    expect(plain).toBeGreaterThanOrEqual(0)
  return { texts: records.documents.map(({ text }) => text), bad: records.bad.map(({ reason }) => reason) }
}

const flat = readdirSync(FOLDER)
  .map((name) => name.replace(/\.\w+$/, ''))
  .filter((name) => !/list|nulls|struct|encrypted|texts/.test(name))

describe('Parquet files of others', () => {
  test('there are all', () => expect(flat).toHaveLength(25))

  test.each(flat)('%s', async (name) => expect(await read(name, 'text')).toEqual({ texts, bad: [] }))

  test('a string in a struct', async () => expect(await read('pyarrow-struct', 'meta.text')).toEqual({ texts, bad: [] }))

  test.each(['pyarrow-lists', 'pyarrow-lists-v2'])('%s: lists of strings, and of structs', async (name) => {
    const shown = (lines: readonly string[]): string => lines.filter((line) => line !== '').join('|')
    const lines = texts.map((text) => shown(text.split('\n')))
    expect((await read(name, 'lines')).texts.map((text) => shown(text.split('\x1f')))).toEqual(lines)
    const contents = nested.filter((row) => row.length > 0).map((row) => row.join('\x1f'))
    expect(await read(name, 'messages.content')).toEqual({ texts: contents, bad: [] })
    // a path as the file spells it, and two columns of one row
    expect((await read(name, 'messages.list.element.content')).texts).toEqual(contents)
    const both = await read(name, 'messages.role', 'messages.content')
    expect(both.texts).toEqual(
      nested.filter((row) => row.length > 0).map((row) => [...['user', 'bot'].slice(0, row.length), ...row].join('\x1f')),
    )
  })

  test('a list of DuckDB', async () => {
    expect(await read('duckdb-list', 'text')).toEqual({ texts: texts.map((text) => `${text}\x1fmore`), bad: [] })
  })

  test('what is encrypted is told to be, and what beside it is not is read', async () => {
    const encrypted = 'reading pyarrow-encrypted: the metadata at the end of the Parquet file cannot be read: it is encrypted, and there is no key here'
    await expect(read('pyarrow-encrypted', 'text')).rejects.toThrow(encrypted)
    expect(await read('pyarrow-encrypted-column', 'other')).toEqual({ texts, bad: [] })
    expect((await read('pyarrow-encrypted-column', 'text')).bad).toEqual(
      [0, 1, 2].map((group) => `the column "text" is encrypted, and there is no key here, in row group ${group}`),
    )
  })

  test('nulls: of a string, of a list, in a list', async () => {
    expect((await read('pyarrow-nulls', 'text')).bad).toEqual([
      'the field "text" is null, in row 4 (row group 0)',
      'the field "text" is null, in row 20 (row group 1)',
    ])
    expect((await read('pyarrow-nulls', 'lines')).bad).toEqual([
      'the field "lines" is null, in row 3 (row group 0)',
      'the field "lines" is null, in row 5 (row group 0)',
    ])
  })
})
