import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Who may import whom. A room not listed for another may not be imported by it; files of a room may import each other. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  optionNames: [],
  errors: ['optionNames'],
  version: [],
  random: [],
  makeFolder: [],
  closeRead: [],
  standardInput: ['errors'],
  temporary: ['checks', 'errors', 'makeFolder', 'random'],
  closest: [],
  sharedList: [],
  checks: ['closest', 'errors'],
  loadCode: [],
  loadWasm: ['errors'],
  prepared: ['errors'],
  unicode: [],
  pattern: ['errors', 'loadWasm', 'unicode'],
  types: ['pattern'], // the name of a dialect
  normalize: ['errors', 'loadWasm', 'prepared', 'types', 'pattern', 'unicode'],
  added: ['errors', 'types', 'unicode', 'normalize', 'checks'],
  tokenizer: ['errors', 'types', 'pattern', 'unicode', 'normalize', 'closest', 'checks'],
  plan: ['errors', 'types', 'checks'],
  format: ['errors', 'loadWasm', 'types'],
  decompress: ['errors', 'types'],
  select: ['errors', 'types', 'added', 'format', 'read'],
  parquet: ['errors', 'loadWasm', 'format', 'decompress'],
  clock: [],
  quiet: ['clock'],
  read: ['clock', 'errors', 'types', 'quiet', 'added', 'format', 'decompress', 'parquet', 'closeRead', 'standardInput', 'makeFolder', 'temporary', 'checks'],
  snap: ['types', 'errors', 'loadWasm', 'added', 'unicode', 'format', 'parquet'],
  split: ['errors', 'loadWasm', 'types', 'added', 'pattern', 'normalize', 'unicode', 'checks', 'write'], // write: the text of a piece
  sort: ['loadWasm'],
  spill: ['closeRead', 'errors', 'makeFolder', 'types'],
  kernel: ['pattern', 'spill', 'split'], // what both sides agree about: layouts, and which partition a piece is in
  count: ['errors', 'prepared', 'types', 'random', 'added', 'normalize', 'split', 'pattern', 'sort', 'spill', 'unicode'],
  merge: ['errors', 'count', 'sort', 'spill'],
  receipt: ['errors', 'optionNames', 'types', 'unicode', 'version'],
  options: ['count', 'errors', 'types', 'format', 'select', 'tokenizer', 'temporary', 'checks'],
  monitor: ['clock', 'messages', 'options'],
  messages: ['sort', 'errors', 'types', 'count', 'merge', 'read', 'select', 'sharedList'],
  pool: ['clock', 'errors', 'quiet', 'messages', 'types'],
  write: ['closeRead', 'standardInput', 'sort', 'errors', 'loadWasm', 'makeFolder', 'types', 'parquet', 'temporary'],
  result: ['errors', 'types', 'count', 'merge', 'select', 'sort', 'spill', 'write', 'temporary', 'checks'],
  run: ['errors', 'types', 'plan', 'select', 'spill', 'write', 'temporary', 'closeRead'],
  gather: ['sort', 'errors', 'messages', 'pool', 'count', 'spill', 'merge', 'result', 'temporary'],
  generate: ['errors', 'write'],
  createSplitter: ['types', 'checks', 'count', 'split', 'tokenizer'],
  worker: ['errors', 'types', 'random', 'messages', 'sharedList', 'format', 'read', 'select', 'added', 'normalize', 'count', 'sort', 'spill', 'merge', 'receipt'],
  pipeline: [
    'clock',
    'errors',
    'types',
    'messages',
    'options',
    'optionNames',
    'format',
    'plan',
    'snap',
    'select',
    'pool',
    'read',
    'added',
    'normalize',
    'split',
    'count',
    'run',
    'gather',
    'receipt',
    'result',
    'monitor',
    'tokenizer',
    'version',
    'worker',
    'temporary',
    'sharedList',
  ],
  index: ['errors', 'types', 'options', 'optionNames', 'createSplitter', 'pipeline', 'plan', 'format', 'read', 'result', 'split', 'tokenizer', 'write'],
  cli: [
    'clock',
    'count',
    'errors',
    'types',
    'version',
    'options',
    'format',
    'pattern',
    'createSplitter',
    'pipeline',
    'plan',
    'pool',
    'read',
    'standardInput',
    'result',
    'run',
    'temporary',
    'makeFolder',
    'split',
    'tokenizer',
    'write',
    'generate',
    'closest',
  ],
}

const SOURCE = resolve(import.meta.dirname, '../../src')

const sourceFiles = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sourceFiles(join(folder, entry.name)) : entry.name.endsWith('.ts') ? [join(folder, entry.name)] : [],
  )

const roomOf = (file: string): string => relative(SOURCE, file).split('/')[0].replace(/\.ts$/, '')

const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^'"]*?from '(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm)].map(
    ([, path, loaded]) => resolve(dirname(file), path ?? loaded),
  )

const files = sourceFiles(SOURCE)
const imports = new Map(files.map((file) => [file, importsOf(file)]))

describe('the house', () => {
  // a profiler's log and a build output have been committed by mistake; where there is no repository, nobody knows what is
  const root = resolve(SOURCE, '..')
  const tracked = spawnSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z'], { cwd: root })
  test.skipIf(!existsSync(join(root, '.git')) || tracked.status !== 0)('nothing stands at the top that does not belong there', () => {
    const paths = tracked.stdout.toString().split('\0')
    expect([...new Set(paths.filter((path) => path !== '').map((path) => path.split('/')[0]))].sort()).toEqual([
      '.ci',
      '.gitignore',
      'BENCHMARKS.md',
      'LICENSE',
      'README.md',
      'data',
      'package-lock.json',
      'package.json',
      'scripts',
      'src',
      'test',
      'tsconfig.json',
      'vitest.config.ts',
    ])
  })

  test('has the rooms that are listed, and no others', () => {
    expect([...new Set(files.map(roomOf))].sort()).toEqual(Object.keys(ROOMS).sort())
  })

  test('imports only go where the list lets them', () => {
    const wrong = files.flatMap((file) =>
      imports
        .get(file)!
        .filter((target) => roomOf(target) !== roomOf(file) && !ROOMS[roomOf(file)].includes(roomOf(target)))
        .map((target) => `${relative(SOURCE, file)} → ${relative(SOURCE, target)}`),
    )
    expect(wrong).toEqual([])
  })

  test('the list lets nothing in that nobody uses', () => {
    const unused = Object.entries(ROOMS).flatMap(([room, allowed]) =>
      allowed
        .filter((target) => !files.some((file) => roomOf(file) === room && imports.get(file)!.some((path) => roomOf(path) === target)))
        .map((target) => `${room} → ${target}`),
    )
    expect(unused).toEqual([])
  })

  test('no imports go in a circle', () => {
    const done = new Set<string>()
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) throw new Error([...path.slice(path.indexOf(file)), file].map((part) => relative(SOURCE, part)).join(' → '))
      if (done.has(file)) return
      for (const target of imports.get(file) ?? []) visit(target, [...path, file])
      done.add(file)
    }
    for (const file of files) visit(file, [])
  })

  test('only cli prints or sets an exit code', () => {
    const printing = files.filter(
      (file) =>
        roomOf(file) !== 'cli' &&
        /^[^'`]*(?:\bconsole\.|process\.exit(?:Code)? ?[(=]|process\.stderr)/m.test(readFileSync(file, 'utf8').replace(/`[^`]*`/g, '')),
    )
    expect(printing).toEqual([])
  })

  test('there are no default exports but the worker, no enums, no barrels', () => {
    for (const file of files) {
      const text = readFileSync(file, 'utf8')
      if (roomOf(file) !== 'worker') expect(text, file).not.toMatch(/^export default/m)
      if (roomOf(file) !== 'index') expect(text, file).not.toMatch(/^export (?:type )?(?:\*|\{[^}]*\}) from/m)
    }
  })
})
