import { spawnSync } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary.ts'

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js')
const { folder } = temporaryFolder()
const GNU_TIME = '/usr/bin/time'
const hasTime = spawnSync(GNU_TIME, ['--version']).error === undefined

const write = (name: string, head: string, block: string | Buffer, blocks: number, tail: string): string => {
  const path = join(folder, name)
  const file = openSync(path, 'w')
  writeSync(file, head)
  for (let i = 0; i < blocks; i++) writeSync(file, Buffer.from(block))
  writeSync(file, tail)
  closeSync(file)
  return path
}

const measure = (path: string, ...options: string[]): { code: number | null; peak: number; message: string } => {
  const { status, stderr } = spawnSync(GNU_TIME, [
    '-f',
    '%M',
    process.execPath,
    MAIN,
    'count',
    path,
    '-n',
    '1',
    '-q',
    ...options,
    '-o',
    join(folder, 'out.tsv'),
  ])
  const lines = stderr.toString().trim().split('\n')
  return { code: status, peak: Number(lines.at(-1)) * 1024, message: lines[0] }
}

describe.skipIf(!hasTime)('memory is bounded', () => {
  const block = 'words and numbers 12345 '.repeat(40_000) // about a megabyte

  test.each([
    ['one.json', '{"text":"'],
    ['one.jsonl', '{"text":"'],
    ['one.csv', 'text\n"'],
  ])('%s: a row of 2 GB is a clear error', (name, head) => {
    const { code, peak, message } = measure(write(name, head, block, 2200, '"}'))
    expect(code).toBe(1)
    expect(message).toMatch(/the row at byte \d+ is longer than 67108864 bytes; --max-record-bytes raises the limit/)
    expect(peak).toBeLessThan(600e6)
  })

  test('a row of CSV that is nothing but fields', () => {
    const { code, peak } = measure(write('fields.csv', 'id,text\n1,a\n', ','.repeat(1_000_000), 30, '\n2,b\n'), '-m', '0.05', '--on-error', 'skip')
    expect(code).toBe(3)
    expect(peak).toBeLessThan(0.05 * 2 ** 30 + 150e6)
  })

  test('a row of JSON with invalid UTF-8 in every third byte', () => {
    const invalid = Buffer.from('\xff a'.repeat(400_000), 'latin1')
    const { code, peak } = measure(write('invalid.jsonl', '{"text":"', invalid, 20, '"}\n'), '-m', '0.05')
    expect(code).toBe(0)
    expect(peak).toBeLessThan(0.05 * 2 ** 30 + 150e6)
  })

  test('a JSON array of 1 GB', () => {
    const row = `{"text":${JSON.stringify('some "words" '.repeat(500))}},\n`
    const { code, peak } = measure(write('array.json', '[', row.repeat(100), 1400, '{"text":"end"}]'))
    expect(code).toBe(0)
    expect(peak).toBeLessThan(300e6)
  })
})

test('to stream a document of which every third byte is invalid takes little of the heap', () => {
  const path = write('invalid.txt', '', Buffer.from('\xff a'.repeat(100_000), 'latin1'), 70, '')
  const index = join(import.meta.dirname, '../../dist/index.js')
  const program = `import { streamDocuments } from ${JSON.stringify(index)}
for await (const { start, end } of streamDocuments(${JSON.stringify(path)})) console.log(start, end)`
  const { stdout } = spawnSync(process.execPath, ['--max-old-space-size=64', '--input-type=module', '-e', program])
  expect(stdout.toString()).toBe('0 21000000\n')
})
