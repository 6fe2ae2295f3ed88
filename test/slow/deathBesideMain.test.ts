import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { Receipt } from '../../src/types.ts'
import { pretok } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()
const ROOT = resolve(import.meta.dirname, '../..')
const COPY = join(folder, 'pretok')
const CORPUS = join(folder, 'corpus.txt')
const MARKER = join(folder, 'marker')

/** A copy of pretok whose worker threads die once, after their first block, or each time. */
const WORKER = `
import { existsSync, writeFileSync } from 'node:fs'
import count, { Board } from './real.js'
const { report } = Board.prototype
Board.prototype.report = function (slot, progress) {
  report.call(this, slot, progress)
  if (existsSync(${JSON.stringify(MARKER)})) return
  if (process.env.PRETOK_TEST_ONCE) writeFileSync(${JSON.stringify(MARKER)}, '')
  process.exit(7)
}
export default count
`

beforeAll(() => {
  cpSync(join(ROOT, 'dist'), join(COPY, 'dist'), { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(COPY, 'package.json'))
  symlinkSync(join(ROOT, 'node_modules'), join(COPY, 'node_modules'))
  renameSync(join(COPY, 'dist/worker.js'), join(COPY, 'dist/real.js'))
  writeFileSync(join(COPY, 'dist/worker.js'), WORKER)
  expect(pretok(['generate', CORPUS, '--size', '300MB', '--kind', 'stories', '-q']).code).toBe(0)
})

const count = (env: Record<string, string>): { stderr: string; status: number | null } => {
  rmSync(MARKER, { force: true })
  const args = [join(COPY, 'dist/cli/main.js'), 'count', CORPUS, '-n', '2', '--engine', 'automaton', '-q']
  const paths = ['-o', join(folder, 'counts.json'), '--receipt', join(folder, 'receipt.json')]
  const { stderr, status } = spawnSync(process.execPath, [...args, ...paths], { env: { ...process.env, ...env }, encoding: 'utf8' })
  return { stderr, status }
}

test('a thread that dies beside the main thread loses nothing', () => {
  expect(pretok(['count', CORPUS, '-n', '1', '-q', '-o', join(folder, 'expected.json')]).code).toBe(0)
  const { stderr, status } = count({ PRETOK_TEST_ONCE: '1' })
  expect(stderr).toMatch(/^warning: a worker failed at .*; its chunks are counted again\n$/)
  expect(status).toBe(0)
  expect(readFileSync(join(folder, 'counts.json')).equals(readFileSync(join(folder, 'expected.json')))).toBe(true)
  const { retried, workers } = JSON.parse(readFileSync(join(folder, 'receipt.json'), 'utf8')) as Receipt
  expect(retried.length).toBe(1)
  expect(workers).toBe(2)
})

test('one that dies whatever it counts leaves the work to the main thread', () => {
  const { stderr, status } = count({})
  expect(stderr).toMatch(/^warning: a worker failed at /)
  expect(status).toBe(0)
  expect(readFileSync(join(folder, 'counts.json')).equals(readFileSync(join(folder, 'expected.json')))).toBe(true)
})
