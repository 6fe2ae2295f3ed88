import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { IGNORING_SINK, type RecordSink } from '../../src/format/records.ts'
import { readRecords, type ReadingOptions } from '../../src/read/readRecords.ts'
import { inspectSource } from '../../src/read/source.ts'
import { hasProgram, zstd } from '../support/compress.ts'
import { parquet } from '../support/parquet.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { file } = temporaryFolder()
const TEXTS = Array.from({ length: 4000 }, (_, i) => `${i} `.repeat(1000))
const ROWS = TEXTS.map((text) => `${JSON.stringify({ text })}\n`).join('')
const OPTIONS: ReadingOptions = {
  documentPer: 'file',
  stripBom: false,
  textFields: ['text'],
  maxRecordBytes: 2 ** 26,
  onError: 'fail',
  errors: 'replace',
  blockBytes: 2 ** 18,
}

/** Takes its time with each of the texts, a millisecond for some 100 KB; `working` is called before. */
const slowSink = (working: () => void): RecordSink => {
  const take = (text: Buffer): void => {
    working()
    const until = performance.now() + text.length / 1e5
    while (performance.now() < until);
  }
  return {
    ...IGNORING_SINK,
    text: take,
    documents({ text }) {
      take(text)
      return true
    },
  }
}

test.each<[name: string, data: () => Buffer | string, program?: string]>([
  ['rows.txt', () => ROWS],
  ['rows.jsonl', () => ROWS],
  ['rows.jsonl.zst', () => zstd(ROWS), 'zstd'],
  ['one-page.parquet', () => parquet(TEXTS, 'SNAPPY', { encoding: 'PLAIN', rowGroupSize: 4000, pageSize: 1e9 })],
])('%s: timers have their turn while it is read', async (name, data, program) => {
  if (program !== undefined && !hasProgram(program)) return console.warn(`${name}: not tested, for ${program} is not installed`)
  const source = await inspectSource(file(name, data()))
  let turns = 0
  let turnsBefore: number | undefined
  let turnsWithin = 0
  const sink = slowSink(() => (turnsWithin = turns - (turnsBefore ??= turns)))
  const timer = setInterval(() => turns++, 1)
  for await (const _ of readRecords(source, { source: 0, start: 0, end: source.size }, OPTIONS, sink));
  clearInterval(timer)
  expect(turnsWithin).toBeGreaterThan(3) // of 200 ms
})
