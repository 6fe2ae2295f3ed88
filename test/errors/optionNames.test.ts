import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadCounts, pretokenize } from '../../dist/index.js'
import { nameForPrograms, withOptionNames } from '../../src/optionNames.ts'
import { pretok } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary.ts'

const SOURCE = join(import.meta.dirname, '../../src')
/** What only the command says: its own messages, its options for run folders, and those of other programs. */
const OF_COMMAND = /^(?:cli|generate|kernel)\/|^decompress\/decompress\.ts$/
const UNKNOWN_TO_PROGRAMS = ['--shard']

const { file } = temporaryFolder()

test('each option that a message names has a name for programs', () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts') && !OF_COMMAND.test(path) && path !== 'optionNames.ts')
  const lines = files.flatMap((path) => readFileSync(join(SOURCE, path), 'utf8').split('\n'))
  const code = lines.filter((line) => !/^\s*(?:\/?\*|\/\/)/.test(line))
  const help = ['count', 'merge'].map((command) => pretok([command, '--help']).stdout).join('\n')
  const options = new Set(help.match(/--[a-z]+(?:-[a-z]+)*/g))
  const named = new Set(code.flatMap((line) => line.match(/--[a-z]+(?:-[a-z]+)*/g) ?? []).filter((name) => options.has(name)))
  expect(named.size).toBeGreaterThan(15)
  nameForPrograms()
  for (const option of named) if (!UNKNOWN_TO_PROGRAMS.includes(option)) expect(withOptionNames(option)).toMatch(/^`[a-z]+(?:[A-Z][a-z]+)*`$/)
})

test('only what stands as an option is renamed', () => {
  nameForPrograms()
  expect(withOptionNames('(--errors replace), -s, iconv -f x -t y, a--format, --formats, --force')).toBe(
    '(`errors` replace), `specialTokens`, iconv -f x -t y, a--format, --formats, --force',
  )
})

test('the library and the command name an option each in its way', async () => {
  const corpus = file('corpus.txt', 'a'.repeat(2000))
  const warnings: string[] = []
  const onWarning = (message: string): void => void warnings.push(message)
  const counting = pretokenize(corpus, [], { maxPieceBytes: 1024, seed: 1, onWarning, numProcesses: 2 })
  await expect(counting).rejects.toMatchObject({ code: 'piece-too-long', message: expect.stringContaining('; `maxPieceBytes` raises the limit') })
  expect(warnings).toContain('`seed` changes nothing: without `sample`, all documents are taken')
  await expect(loadCounts(file('counts.odd', ''))).rejects.toMatchObject({ message: expect.not.stringContaining('--') })
  const { stderr } = pretok(['count', corpus, '--max-piece-bytes', '1024', '--seed', '1', '-q'])
  expect(stderr).toContain('; --max-piece-bytes raises the limit')
  expect(stderr).toContain('--seed changes nothing: without --sample')
})
