// The same documents in several formats. Every row is held against the text file: MB/s are those of the text, and the totals must be the same.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { PEER_PRESET } from './definitions.js'
import { pretokRow, yardstick } from './rows.js'

const END = '<|endoftext|>'
const ROWS_IN_GROUP = 20_000

const compress = (program, file) => spawnSync(program, ['--quiet', '--keep', '--force', file]).status === 0

const documentsIn = (corpus) => readFileSync(corpus.path, 'utf8').split(END).filter((document) => document !== '')

const write = (folder, name, content) => {
  writeFileSync(join(folder, name), content)
  return [name, join(folder, name)]
}

const inputOf = (corpus, path) => ({ name: `formats of ${corpus.name}`, size: corpus.size, path, bytes: corpus.bytes })

/** Writes documents in all formats; their names and files. */
const writeFormats = (folder, documents) => {
  const file = (name, content) => write(folder, name, content)
  const rows = documents.map((text, id) => `${JSON.stringify({ id, meta: { source: 'generated' }, text })}\n`).join('')
  const columnData = [
    { name: 'id', data: documents.map((_, id) => id), type: 'INT32' },
    { name: 'text', data: documents, type: 'STRING' },
  ]
  const table = documents.map((text, id) => `${id},"${text.replaceAll('"', '""')}"\n`).join('')
  const jsonl = file('corpus.jsonl', rows)
  return [
    file('corpus.txt', documents.join(END)),
    jsonl,
    file('corpus.json', `[${rows.trimEnd().replaceAll('\n', ',')}]`),
    file('corpus.csv', `id,text\n${table}`),
    file('corpus.jsonl.gz', gzipSync(rows)),
    ...(compress('zstd', jsonl[1]) ? [['corpus.jsonl.zst', `${jsonl[1]}.zst`]] : []),
    file('corpus.parquet', Buffer.from(parquetWriteBuffer({ columnData, codec: 'SNAPPY', rowGroupSize: ROWS_IN_GROUP }))),
  ]
}

/** One row for each format, and what decompressing alone takes. */
export const formatRows = (folder, corpus) => {
  const files = writeFormats(folder, documentsIn(corpus))
  const gunzip = join(import.meta.dirname, 'peers/gunzip.js')
  return files.flatMap(([name, path]) => {
    const input = inputOf(corpus, path)
    const alone = name.endsWith('.gz')
      ? [yardstick('gzip -dc', input), yardstick('node:zlib alone, the same file', input, [process.execPath, gunzip, path])]
      : name.endsWith('.zst')
        ? [yardstick('zstd -dc', input)]
        : []
    return [pretokRow(input, PEER_PRESET, { suffix: `, ${name}` }), ...alone]
  })
}

/** JSON Lines of text that is not ASCII, as it is, and escaped (\u65e5), as Python's json writes it unless it is told not to. */
export const escapedRows = (folder, corpus) => {
  const documents = documentsIn(corpus)
  const escape = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  const rows = documents.map((text) => `${JSON.stringify({ text })}\n`).join('')
  return [
    write(folder, 'as-it-is.txt', documents.join(END)),
    write(folder, 'as-it-is.jsonl', rows),
    write(folder, 'escaped.jsonl', rows.replace(/[^\0-\x7f]/g, escape)),
  ].map(([name, path]) => pretokRow(inputOf(corpus, path), PEER_PRESET, { suffix: `, ${name}` }))
}
