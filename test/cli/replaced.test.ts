import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { pretok, startPretok, type Outcome } from '../support/command.ts'
import { gzip } from '../support/compress.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()
const corpus = join(folder, 'corpus')
const run = join(folder, 'run')
const output = join(folder, 'out.tsv')

const textOf = (name: string, words: number): string => Array.from({ length: words }, (_, i) => `${name}${i % 997} `).join('')
const write = (name: string, content: string | Buffer): void => writeFileSync(join(corpus, name), content)
const count = (...args: string[]): Outcome =>
  pretok(['count', corpus, '--work-dir', run, '--resume', '-o', output, '--chunk-bytes', '20000', '-n', '2', ...args])

const expectFreshResult = ({ code, stderr }: Outcome): void => {
  expect(code, stderr).toBe(0)
  const fresh = join(folder, 'fresh.tsv')
  expect(pretok(['count', corpus, '-o', fresh, '-q']).code).toBe(0)
  expect(readFileSync(output).equals(readFileSync(fresh))).toBe(true)
  expect(readdirSync(run).sort()).toEqual(['partials', 'plan.json'])
}

beforeEach(() => {
  for (const path of [run, corpus, output]) rmSync(path, { recursive: true, force: true })
  mkdirSync(corpus)
  for (const name of ['a', 'b', 'c', 'd']) write(`${name}.txt`, textOf(name, 10_000))
})

test('a damaged file does not hold up the others; when it was replaced, any of the commands goes on', () => {
  const whole = gzip(textOf('x', 6000))
  write('x.txt.gz', whole.subarray(0, whole.length >> 1))
  const first = count()
  expect(first.code).toBe(1)
  expect(first.stderr).toMatch(/warning: .*x\.txt\.gz: .*; other files are gone on with\n/)
  expect(first.stderr).toMatch(
    /pretok: .*x\.txt\.gz: .*\n\d+ of \d+ tasks are done and kept in .*run\. To go on when that is mended: the same command with --resume, or pretok count .*run\n/,
  )
  const { done, tasks } = JSON.parse(pretok(['status', run, '--json']).stdout) as { done: number; tasks: number }
  expect(done).toBe(tasks - 1)
  write('x.txt.gz', whole)
  expect(pretok(['status', run]).stdout).toMatch(
    /x\.txt\.gz is missing, or not what it was when it was planned\npretok count .*run counts what has changed again/,
  )
  const merging = pretok(['merge', run, '-o', output])
  expect(merging.code).toBe(1)
  expect(merging.stderr).toMatch(/merging .*: it is not the result of the input as it is now:\n {2}the input .*x\.txt\.gz had/)
  const last = pretok(['count', run, '-o', output])
  expectFreshResult(last)
  expect(last.stderr).toMatch(/\n1 of \d+ tasks are to be done for that; what is done of the others is kept\n/)
})

test('what is missing, or new, is refused by name', () => {
  expect(pretok(['plan', corpus, '--out', run]).code).toBe(0)
  write('c.txt', 'other')
  rmSync(join(corpus, 'd.txt'))
  write('g.txt', 'new')
  const { code, stderr } = count()
  expect(code).toBe(2)
  expect(stderr).toMatch(/the input .*g\.txt is not in the plan\n {2}the input .*d\.txt is missing/)
  const alone = pretok(['count', run])
  expect(alone.code).toBe(1)
  expect(alone.stderr).toMatch(/reading .*d\.txt: no such file/)
})

test('two attempts at once plan the same anew, and neither harms the other', async () => {
  expect(count().code).toBe(0)
  write('c.txt', textOf('other', 30_000))
  write('d.txt', gzip(textOf('third', 30_000)))
  const other = join(folder, 'other.tsv')
  const args = ['count', corpus, '--work-dir', run, '--resume', '-q']
  const attempts = [startPretok([...args, '-n', '1', '-o', output]), startPretok([...args, '-n', '2', '-o', other])]
  const outcomes = await Promise.all(attempts.map(({ ended }) => ended))
  for (const { code, stderr } of outcomes) expect(code, stderr).toBe(0)
  expect(readFileSync(other).equals(readFileSync(output))).toBe(true)
  expectFreshResult(outcomes[0])
})

test('a file that is cut while it is read leaves no partial', async () => {
  write('c.txt', textOf('c', 300_000))
  const { child, ended } = startPretok(['count', corpus, '--work-dir', run, '--resume', '-o', output, '-n', '1', '--chunk-bytes', '20000'])
  while (child.exitCode === null && !(existsSync(join(run, 'partials')) && readdirSync(join(run, 'partials')).length >= 20))
    await new Promise((resolve) => setTimeout(resolve, 2))
  truncateSync(join(corpus, 'c.txt'), 50_000)
  const { code, stderr } = await ended
  expect(code, stderr).toBe(1)
  expect(stderr).toMatch(/c\.txt: the file changed during the run/)
  expectFreshResult(count())
})
