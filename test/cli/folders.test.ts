import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pretokenize } from '../../dist/index.js'
import { pretok, shell } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder, file } = temporaryFolder()
const CORPUS = file('corpus.txt', 'a b')
const COUNTS = file('counts.json', '{"a": 1}')
const path = (name: string): string => join(folder, name)

describe('--temp-dir', () => {
  const commands: [command: string, args: string[]][] = [
    ['count', ['count', CORPUS]],
    ['count -', ['count', '-']],
    ['plan', ['plan', CORPUS]],
    ['merge', ['merge', COUNTS, '-o', '-']],
  ]

  test.each(commands)('%s: is tried at the start', (_, args) => {
    const { code, stdout, stderr } = pretok([...args, '--temp-dir', CORPUS])
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: `pretok: --temp-dir: ${JSON.stringify(CORPUS)} cannot hold temporary files: a file of that name is there already\n`,
    })
  })

  test.each(commands)('%s: is made if it is not there, and then removed', (_, args) => {
    expect(pretok([...args, '--temp-dir', path('new/temporary')]).code).toBe(0)
    expect(existsSync(path('new'))).toBe(false)
  })

  test('one that was there stays', () => {
    mkdirSync(path('old'))
    expect(pretok(['count', '-', '--temp-dir', path('old')], { input: 'a' }).code).toBe(0)
    expect(readdirSync(path('old'))).toEqual([])
  })

  test('a run folder is merged there, and counted in itself', () => {
    const run = path('run')
    const idle = 'warning: --temp-dir changes nothing: what does not fit into memory is kept in the run folder'
    expect(pretok(['count', CORPUS, '--work-dir', run, '-q', '--temp-dir', folder]).stderr).toContain(idle)
    expect(pretok(['count', run, '-q', '--temp-dir', folder])).toMatchObject({ code: 0, stderr: expect.stringContaining(idle) })
    expect(pretok(['count', run, '-q', '--temp-dir', folder, '-o', '-'])).toMatchObject({ code: 0, stderr: '' })
    expect(pretok(['merge', run, '-q', '--temp-dir', folder, '-o', '-'])).toMatchObject({ code: 0, stderr: '' })
  })

  test('so it is for a program', async () => {
    await expect(pretokenize(CORPUS, [], { tempDir: CORPUS })).rejects.toMatchObject({ code: 'output' })
  })
})

test.skipIf(!existsSync('/proc/self'))('where no folder can be made, that is an error, and no endless loop', () => {
  for (const [option, value] of [
    ['--temp-dir', '/proc'],
    ['--work-dir', '/proc/run'],
  ]) {
    const { code, stderr } = shell(`timeout 20 "$PRETOK" count ${CORPUS} ${option} ${value}`)
    expect(code, stderr).toBe(1)
    expect(stderr).toMatch(/no folder can be made in \/proc|permission denied/)
  }
})

test.each([
  [['--seed', '3'], '--seed changes nothing: without --sample'],
  [['--max-record-bytes', '100'], '--max-record-bytes changes nothing: no input is JSON or CSV'],
])('%j alone is told of', (options, message) => {
  expect(pretok(['count', CORPUS, '-q', ...options]).stderr).toContain(`warning: ${message}`)
})

test('so is a separator of rows', () => {
  const { code, stderr } = pretok(['generate', path('rows.jsonl'), '--size', '1kB', '--kind', 'jsonl', '--separator', 'x'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^warning: --separator changes nothing: jsonl has rows.*\nwrote /) })
})

test('that a file is added to itself is told of', () => {
  const linked = path('linked.json')
  symlinkSync(COUNTS, linked)
  const { code, stdout, stderr } = pretok(['merge', COUNTS, COUNTS, linked, '-o', '-'])
  expect({ code, stdout }).toEqual({ code: 0, stdout: '{\n"a": 3\n}\n' })
  expect(stderr).toBe(
    `warning: ${COUNTS} was named before; its counts are added each time\nwarning: ${linked} is the same file as ${COUNTS}; its counts are added each time\n`,
  )
})

test('so is what merging files, or a run, has no use for', () => {
  expect(pretok(['merge', COUNTS, '-n', '2', '-o', '-']).stderr).toContain('warning: --num-processes changes nothing')
  expect(pretok(['merge', path('run'), '--input-format', 'json', '-q', '-o', '-']).stderr).toContain('warning: --input-format changes nothing')
})
