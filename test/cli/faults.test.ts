import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pretok, shell } from '../support/command.ts'
import { cuttingOffInput, failing } from '../support/faults.ts'
import { temporaryFolder } from '../support/temporary.ts'

/* What a device may do to a run. */

const { folder, file } = temporaryFolder()
const CORPUS = file('corpus.txt', 'one two two<|endoftext|>three')
const output = join(folder, 'counts.json')
const COUNT = ['count', CORPUS, '-n', '1', '-q', '-o', output]

test('that a file cannot be closed which was only read is no error', () => {
  const { code, stderr } = pretok(COUNT, { env: failing('closeSync', 'EIO', CORPUS) })
  expect([code, stderr]).toEqual([0, ''])
  expect(readFileSync(output, 'utf8')).toContain('" two": 2')
})

test('nor is it of the plan of a run folder', () => {
  const run = join(folder, 'planned')
  expect(pretok(['plan', CORPUS, '--out', run, '-q']).code).toBe(0)
  const { code, stderr } = pretok(['count', run, '-q', '-n', '1'], { env: failing('closeSync', 'EIO', join(run, 'plan.json')) })
  expect([code, stderr]).toEqual([0, ''])
})

test('a partial result that the device knows nothing of is named', () => {
  const run = join(folder, 'run')
  expect(pretok([...COUNT, '--work-dir', run]).code).toBe(0)
  const [{ id }] = (JSON.parse(readFileSync(join(run, 'plan.json'), 'utf8')) as { plan: { tasks: { id: string }[] } }).plan.tasks
  const partial = join(run, 'partials', `${id}.run`)
  const { code, stderr } = pretok([...COUNT, '--work-dir', run, '--resume'], { env: failing('fstatSync', 'EIO', partial) })
  expect([code, stderr]).toEqual([1, expect.stringContaining(`reading the run ${partial}: input/output error of the device`)])
  expect(stderr).not.toContain('bug')
})

test.each([
  ['count', CORPUS, '-q', '-o'],
  ['generate', '--size', '1kB', '-q'],
])('%s tells why it cannot look at the folder of its output', (...args) => {
  const loop = join(folder, `loop-of-${args[0]}`)
  symlinkSync(loop, loop)
  const path = join(loop, 'out.json')
  const { code, stderr } = pretok([...args, path])
  expect([code, stderr]).toEqual([1, `pretok: writing ${path}: the link leads back to itself\n`])
})

test.each(['split', 'split --jsonl', 'merge - -o -'])('%s tells of standard input that cannot be read', (words) => {
  const { code, stderr } = shell(`"$PRETOK" ${words} 0> "${join(folder, 'written')}"`)
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^pretok: reading standard input: EBADF.*\n$/)])
})

test('a file on standard input that becomes shorter while it is read is not taken for a whole one', () => {
  const path = file('log.txt', 'one two '.repeat(50_000))
  rmSync(output, { force: true })
  const { code, stderr } = shell(`"$PRETOK" count - -q -o "${output}" < "${path}"`, { env: cuttingOffInput(path, 200_000) })
  const how = 'the file changed during the run: it had 400000 bytes at the start, it has 200000 bytes now; run again when it is finished'
  expect([code, stderr, existsSync(output)]).toEqual([1, `pretok: reading standard input: ${how}\n`, false])
})

test('a run folder whose plan cannot be looked at is not taken for something else', () => {
  const run = join(folder, 'unseen')
  mkdirSync(run)
  symlinkSync('plan.json', join(run, 'plan.json'))
  for (const args of [['merge', run, '-o', output], ['count', run]]) {
    const { code, stderr } = pretok(args)
    expect([code, stderr]).toEqual([1, `pretok: reading ${join(run, 'plan.json')}: the link leads back to itself\n`])
  }
})

test('a device that cannot be read once is asked again, also while a run is planned', () => {
  const { code, stderr } = pretok(COUNT, { env: failing('readSync', 'EIO', CORPUS) })
  expect([code, stderr]).toEqual([0, ''])
})

test.each([['merge', '-', '/dev/stdin', '-o', '-'], ['diff', '-', '-'], ['diff', '/dev/stdin', '-']])('standard input is read once: %s', (...args) => {
  const { code, stderr } = pretok(args, { input: '{"a": 1}' })
  expect([code, stderr]).toEqual([2, expect.stringMatching(`^pretok: ${args[0]}: standard input can be read once only\n`)])
})

test('folders in place of files of counts are told of as what they are', () => {
  const run = join(folder, 'whole-run')
  const texts = join(folder, 'texts')
  mkdirSync(texts)
  expect(pretok(['plan', CORPUS, '--out', run, '-q']).code).toBe(0)
  const plain = `pretok: reading ${texts}: it is a directory, and no run folder; name the files in it\n`
  expect(pretok(['merge', texts, '-o', output]).stderr).toBe(plain)
  expect(pretok(['top', texts]).stderr).toBe(plain)
  expect(pretok(['stats', run]).stderr).toBe(`pretok: reading ${run}: it is a run folder; pretok merge ${run} -o OUT writes its counts\n`)
  const { code, stderr } = pretok(['count', CORPUS, '-o', texts])
  expect([code, stderr]).toEqual([1, `pretok: writing ${texts}: it is a directory; name a file in it, such as ${join(texts, 'counts.json')}\n`])
})

test('a current folder that was removed is told of, not called a bug', () => {
  const gone = join(folder, 'gone')
  mkdirSync(gone)
  const { code, stderr } = shell(`cd '${gone}' && rmdir '${gone}' && "$PRETOK" split a`)
  expect([code, stderr]).toEqual([1, 'pretok: starting: the current folder is not there any more, or not to be seen; cd to another one\n'])
})

test('what the name of a file has in it moves no cursor', () => {
  const name = file('red\x1b[31m.txt', 'one two')
  const shown = name.replace('\x1b', '\\u001b')
  expect(pretok(['count', name, '-n', '1', '-o', output]).stderr).toContain(`7 bytes  ${shown}\n`)
  expect(pretok(['count', `${name}.gone`]).stderr).toContain(`pretok: reading ${shown}.gone: no such file`)
})
