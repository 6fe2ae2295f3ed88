import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pretok, startPretok } from '../support/command.ts'
import { gzip } from '../support/compress.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()
const corpus = join(folder, 'corpus')
const run = join(folder, 'run')
const output = join(folder, 'out.tsv')
const fresh = join(folder, 'fresh.tsv')

const FILES = 12
const textOf = (words: number, seed: number): string => Array.from({ length: words }, (_, i) => `w${(i * seed) % 50_021} `).join('')

/** Makes a file anew: text of another length, compressed text, or such a thing that is damaged. */
const replaceFile = (i: number, mayBeDamaged: boolean): void => {
  const text = textOf(Math.floor(Math.random() * 300_000), 1 + Math.floor(Math.random() * 10_000))
  const kind = Math.random()
  const data = kind < 0.5 ? Buffer.from(text) : gzip(text)
  writeFileSync(join(corpus, `${i}.txt`), mayBeDamaged && kind > 0.75 ? data.subarray(0, data.length >> 1) : data)
}

test('files are replaced at random, and attempts, two at a time, are killed at random: the result is that of the last files', async () => {
  mkdirSync(corpus)
  for (let i = 0; i < FILES; i++) replaceFile(i, false)
  const args = ['count', corpus, '--work-dir', run, '--resume', '--chunk-bytes', '100000', '-q']
  for (let round = 0; round < 25; round++) {
    const attempts = ['1', '2'].map((workers) => startPretok([...args, '-n', workers, '-o', join(folder, `attempt-${workers}.tsv`)]))
    const timers = attempts.map(({ child }) => setTimeout(() => child.kill('SIGKILL'), 400 + Math.random() * 4000))
    // before they plan, while they plan, or while they count
    const replacing = setTimeout(() => replaceFile(Math.floor(Math.random() * FILES), true), Math.random() * 2500)
    for (const { ended } of attempts) {
      const { code, stderr } = await ended
      if (code !== null && code !== 0) expect(stderr).toMatch(/damaged|changed|unexpected end|not done|too early/)
    }
    for (const timer of [...timers, replacing]) clearTimeout(timer)
  }
  for (let i = 0; i < FILES; i += 3) replaceFile(i, false)
  for (let i = 0; i < FILES; i++) if (pretok(['count', join(corpus, `${i}.txt`), '-o', fresh, '-q']).code !== 0) replaceFile(i, false)
  const last = pretok([...args, '-o', output])
  expect(last.code, last.stderr).toBe(0)
  expect(pretok(['count', corpus, '-o', fresh, '-q']).code).toBe(0)
  expect(readFileSync(output).equals(readFileSync(fresh))).toBe(true)
  // a hidden name is that of a plan.json whose writer was killed
  expect(
    readdirSync(run)
      .filter((name) => !name.startsWith('.'))
      .sort(),
  ).toEqual(['partials', 'plan.json'])
})
