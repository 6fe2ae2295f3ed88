// The same documents in several formats: each row is compared with the text file, and the totals must be the same.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'

const END = '<|endoftext|>'
const ROWS_IN_GROUP = 20_000

const compress = (program, file) => spawnSync(program, ['--quiet', '--keep', '--force', file]).status === 0

/** Writes the documents of a text file in all formats; their names and files. */
const writeFormats = (folder, text) => {
  const documents = text.split(END).filter((document) => document !== '')
  const file = (name, content) => {
    writeFileSync(join(folder, name), content)
    return [name, join(folder, name)]
  }
  const rows = documents.map((text, id) => `${JSON.stringify({ id, meta: { source: 'generated' }, text })}\n`).join('')
  const columnData = [
    { name: 'id', data: documents.map((_, id) => id), type: 'INT32' },
    { name: 'text', data: documents, type: 'STRING' },
  ]
  const table = documents.map((text, id) => `${id},"${text.replaceAll('"', '""')}"\n`).join('')
  const jsonl = file('corpus.jsonl', rows)
  return [
    file('documents.txt', documents.join(END)),
    jsonl,
    file('corpus.json', `[${rows.trimEnd().replaceAll('\n', ',')}]`),
    file('corpus.csv', `id,text\n${table}`),
    file('corpus.jsonl.gz', gzipSync(rows)),
    ...(compress('zstd', jsonl[1]) ? [['corpus.jsonl.zst', `${jsonl[1]}.zst`]] : []),
    file('corpus.parquet', Buffer.from(parquetWriteBuffer({ columnData, codec: 'SNAPPY', rowGroupSize: ROWS_IN_GROUP }))),
  ]
}

/** @param count measures a count of a file and prints its row; gives its totals */
export const benchFormats = (folder, corpus, count, gunzipOnly) => {
  let expected
  for (const [name, file] of writeFormats(folder, readFileSync(corpus, 'utf8'))) {
    const { total, distinct } = count(name, file)
    expected ??= { total, distinct }
    if (total !== expected.total || distinct !== expected.distinct) throw new Error(`${name}: other totals than the text`)
    if (name.endsWith('.gz')) gunzipOnly(file)
  }
}
