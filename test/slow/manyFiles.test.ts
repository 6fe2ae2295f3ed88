import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pretok } from '../support/command.ts'
import { gzip } from '../support/compress.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()

test('10,000 small files of several formats in one folder', () => {
  const corpus = join(folder, 'corpus')
  for (let i = 0; i < 10_000; i++) {
    const parent = join(corpus, `${i % 100}`)
    if (i < 100) mkdirSync(parent, { recursive: true })
    const text = `number ${i % 10}`
    if (i % 4 === 0) writeFileSync(join(parent, `${i}.txt`), text)
    if (i % 4 === 1) writeFileSync(join(parent, `${i}.jsonl`), JSON.stringify({ text }))
    if (i % 4 === 2) writeFileSync(join(parent, `${i}.jsonl.gz`), gzip(`${JSON.stringify({ text })}\n`))
    if (i % 4 === 3) writeFileSync(join(parent, `${i}.csv`), `text\n${text}\n`)
  }
  const { code, stdout, stderr } = pretok(['count', corpus, '-n', '2', '-o', '-', '--log', 'json'])
  expect(code, stderr.slice(-500)).toBe(0)
  const digits = Array.from({ length: 10 }, (_, i) => [` ${i}`, 1000])
  expect(JSON.parse(stdout)).toEqual(Object.fromEntries([['number', 10_000], ...digits]))
  expect(stderr).toContain('"documents":10000')
})
