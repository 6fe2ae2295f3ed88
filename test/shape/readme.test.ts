import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pretok } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const { folder } = temporaryFolder()

const longOptions = (text: string): Set<string> => new Set([...text.matchAll(/--[a-z][a-z-]*[a-z]/g)].map(([name]) => name))

describe('the README', () => {
  test('has the options of count that --help has, and no others', () => {
    const table = README.slice(README.indexOf('| option of `count`'), README.indexOf('Exit codes:'))
    const inHelp = longOptions(pretok(['count', '--help']).stdout)
    for (const name of ['--help', '--version']) inHelp.delete(name)
    expect([...longOptions(table)].sort()).toEqual([...inHelp].sort())
  })

  test('names no option that no command has', () => {
    const commands = ['count', 'split', 'plan', 'status', 'merge', 'top', 'diff', 'stats', 'tokenizers', 'generate']
    const known = new Set(commands.flatMap((command) => [...longOptions(pretok([command, '--help']).stdout)]))
    expect([...longOptions(README)].filter((name) => !known.has(name) && name !== '--help')).toEqual([])
  })

  test('has the commands of --help', () => {
    const commands = [...pretok(['--help']).stdout.matchAll(/^ {2}pretok (\w+)/gm)].map(([, name]) => name)
    expect(commands).toHaveLength(10)
    for (const name of commands) expect(README).toContain(`pretok ${name}`)
  })

  test('has the presets of pretok tokenizers', () => {
    for (const { name } of JSON.parse(pretok(['tokenizers', '--json']).stdout) as { name: string }[])
      expect(README).toContain(`\`${name}\``)
  })

  test('has the exit codes of --help', () => {
    const help = pretok(['--help']).stdout.replace(/\s+/g, ' ')
    for (const code of ['0 done', '1 failed', '2 bad usage', '3 finished with skipped input', '130 interrupted']) {
      expect(help).toContain(code)
      expect(README).toContain(code)
    }
  })

  test('says what the bytes of a receipt add up to', () => {
    const sum = /In its `bytes`, `read` = ([^;]*);/.exec(README)![1]
    const terms = [...sum.matchAll(/`(\w+)`/g)].map(([, name]) => name)
    const corpus = join(folder, 'odd.jsonl')
    writeFileSync(corpus, Buffer.from('{"text":"e\xcc\x81 a  a<s>b \xff"}\nno row\n'.repeat(9), 'latin1'))
    const counting = ['count', corpus, '-q', '-t', 'command_r', '-s', '<s>', '--on-error', 'skip', '--sample', '0.5', '--min-count', '4']
    const counts = join(folder, 'odd.tsv')
    const { code, stdout } = pretok([...counting, '-o', counts, '--receipt', '-'])
    expect(code).toBe(3)
    const { bytes, filters } = JSON.parse(stdout) as { bytes: Record<string, number>; filters: { removed: { bytes: number } } }
    expect(terms).toEqual(Object.keys(bytes).filter((name) => !['stored', 'unread', 'read'].includes(name)))
    expect(terms.reduce((total, name) => total + bytes[name], 0)).toBe(bytes.read)
    const rows = readFileSync(counts, 'utf8').split('\n').slice(1, -1).map((row) => row.split('\t'))
    const inResult = rows.reduce((total, [piece, count]) => total + Buffer.byteLength(piece) * Number(count), 0)
    expect(inResult).toBe(12)
    expect(inResult + filters.removed.bytes).toBe(bytes.pieces)
  })

  test('shows what its first command prints', () => {
    const [, files] = /npx pretok (data\/\*\.txt) -n 2 -o counts\.json/.exec(README)!
    expect(files).toBe('data/*.txt')
    const samples = ['multilingual', 'prose', 'stories'].map((name) => join(ROOT, 'data', `${name}.txt`))
    const counts = join(folder, 'counts.json')
    const { code, stderr } = pretok([...samples, '-n', '2', '-o', counts])
    expect(code).toBe(0)
    // all lines but those with times
    const lines = stderr
      .trimEnd()
      .replace(counts, 'counts.json')
      .split('\n')
      .filter((line) => !line.includes('peak memory') && !line.startsWith('counted ')) // on a slow machine it tells of its progress
    for (const line of lines) expect(README).toContain(line)
    expect(README).toContain(pretok(['top', counts, '-k', '5']).stdout)
  })
})
