import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pretok, startPretok } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()
const corpus = join(folder, 'corpus.txt')
const run = join(folder, 'run')
const output = join(folder, 'out.tsv')
const reference = join(folder, 'expected.tsv')
/** Budgets with which a worker spills within a task, and with which it does not. */
const BUDGETS = ['0.05', '0.06', '0.1']

const partials = (): string[] => (existsSync(join(run, 'partials')) ? readdirSync(join(run, 'partials')) : [])

describe('kill -9', () => {
  test('at fifty random moments: nothing that was done is lost, and the result is the same', async () => {
    expect(pretok(['generate', corpus, '--size', '60MB', '--kind', 'distinct', '-q']).code).toBe(0)
    expect(pretok(['count', corpus, '-o', reference, '-q']).code).toBe(0)
    let isFinished = false
    for (let kill = 0; kill < 50; kill++) {
      if (isFinished) {
        rmSync(run, { recursive: true })
        rmSync(output)
      }
      const before = partials().length
      const budget = BUDGETS[kill % BUDGETS.length]
      const args = ['count', corpus, '--work-dir', run, '--resume', '-n', '2', '-m', budget, '--chunk-bytes', '2MB', '-o', output, '-q']
      const { child, ended } = startPretok(args)
      const timer = setTimeout(() => child.kill('SIGKILL'), 200 + Math.random() * 4000)
      const { code, stderr } = await ended
      clearTimeout(timer)
      if (code !== null)
        expect(code, stderr).toBe(0) // it was faster
      else expect(partials().length).toBeGreaterThanOrEqual(before)
      isFinished = existsSync(output)
      if (isFinished) expect(readFileSync(output).equals(readFileSync(reference))).toBe(true)
    }
    const last = pretok(['count', corpus, '--work-dir', run, '--resume', '-n', '2', '-m', '0.1', '-o', output, '-q'])
    expect(last.code, last.stderr).toBe(0)
    expect(readFileSync(output).equals(readFileSync(reference))).toBe(true)
    expect(readdirSync(run).sort()).toEqual(['partials', 'plan.json'])
  })
})

describe('a disk that is too small', () => {
  const disk = join(folder, 'disk')
  const isMounted = (() => {
    mkdirSync(disk)
    return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]).status === 0
  })()

  test.skipIf(!isMounted)('is an error that names it and the way out; what was done is kept', () => {
    try {
      const spilled = pretok(['count', corpus, '--temp-dir', disk, '-n', '2', '-m', '0.06', '-o', output])
      expect(spilled.code).toBe(1)
      expect(spilled.stderr).toMatch(/writing the run .*disk.*: no space left on the device.*--temp-dir/)
      expect(readdirSync(disk)).toEqual([])

      const work = join(disk, 'run')
      const kept = pretok(['count', corpus, '--work-dir', work, '-n', '2', '-m', '0.1', '--chunk-bytes', '2MB', '-o', output])
      expect(kept.code).toBe(1)
      expect(kept.stderr).toMatch(/writing the run .*: no space left on the device/)
      const status = JSON.parse(pretok(['status', work, '--verify', '--json']).stdout) as { done: number; damaged: unknown[] }
      expect(status.done).toBeGreaterThan(2)
      expect(status.damaged).toEqual([])
    } finally {
      spawnSync('umount', [disk])
    }
  })
})
