import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import { beforeAll, describe, expect, test } from 'vitest'
import { cacheHeading, HEADING_BYTES } from '../../src/loadCode.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()
const ROOT = resolve(import.meta.dirname, '../..')
const COPY = join(folder, 'pretok')
const DIST = join(COPY, 'dist')
const WHOLE = join(folder, 'whole')

beforeAll(() => {
  for (const name of ['dist', 'data', 'scripts', 'package.json']) cpSync(join(ROOT, name), join(COPY, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(COPY, 'node_modules'))
  // dist/ may have been built by another version of Node
  expect(spawnSync(process.execPath, [join(COPY, 'scripts/cache-code.js')], { stdio: 'inherit' }).status).toBe(0)
  cpSync(DIST, WHOLE, { recursive: true })
})

const caches = (): string[] =>
  readdirSync(DIST, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.cache'))
    .map((path) => join(DIST, path))

const run = (...options: string[]): string => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...options, join(DIST, 'cli/main.js'), 'count', join(ROOT, 'README.md'), '-q', '-o', '-'])
  expect(stderr.toString()).toBe('')
  expect(status).toBe(0)
  return stdout.toString()
}

describe('code from a cache', () => {
  test('is there for what a run loads, and V8 takes it', () => {
    const names = caches().map((path) => path.slice(DIST.length + 1).replace(/-[\w-]{8}\./, '.'))
    for (const name of ['main', 'count', 'with-main', 'with-count', 'with-pipeline', 'with-worker', 'worker', 'yargs/lib/platform-shims/esm', 'tinypool/index'])
      expect(names).toContain(`${name}.cjs.cache`)
    for (const path of caches()) {
      const file = readFileSync(path)
      const code = readFileSync(path.replace(/\.cache$/, ''))
      const cachedData = file.subarray(HEADING_BYTES)
      expect(file.toString('latin1', 0, HEADING_BYTES)).toBe(cacheHeading(code, cachedData))
      expect(code.toString()).toMatch(/^[\0-\x7f]*$/)
      const script = new Script(`(function(exports,require,importPackage,__filename){${code.toString()}\n})`, { cachedData })
      expect(script.cachedDataRejected, path).toBe(false)
    }
  })

  const damage: Record<string, (file: Buffer) => Buffer | undefined> = {
    'damaged in the middle': (file) => {
      file[file.length >> 1] ^= 0x10
      return file
    },
    'cut off': (file) => file.subarray(0, file.length >> 1),
    empty: () => Buffer.alloc(0),
    'of another version': (file) => Buffer.from(file.toString('latin1').replace(/node v\d+/, 'node v1'), 'latin1'),
    missing: () => undefined,
  }
  test.each(Object.keys(damage))('is not needed: %s', (kind) => {
    const before = run()
    for (const path of caches()) {
      const file = damage[kind](readFileSync(path))
      if (file === undefined) rmSync(path)
      else writeFileSync(path, file)
    }
    expect(run()).toBe(before)
    cpSync(WHOLE, DIST, { recursive: true })
  })

  test('bears no name of the folder where the cache was made', () => {
    const moved = join(folder, 'moved')
    for (const name of ['dist', 'package.json']) cpSync(join(COPY, name), join(moved, name), { recursive: true })
    const library = JSON.stringify(pathToFileURL(join(moved, 'dist/index.js')).href)
    const program = `import(${library}).then(({ pretokenize }) => pretokenize('none')).catch(({ stack }) => console.log(stack))`
    const { stdout } = spawnSync(process.execPath, ['-e', program])
    expect(stdout.toString()).toMatch(/^PretokError: reading none: no such file\n/)
    expect(stdout.toString()).toMatch(/pipeline/)
    for (const made of [COPY, ROOT]) expect(stdout.toString()).not.toContain(`${made}/`)
  })

  test('is refused by a V8 with other options', () => {
    expect(run('--no-opt')).toBe(run())
  })
})

test('code that could not be opened for a moment is loaded when it is asked for again', () => {
  const program = `
    const fs = require('node:fs')
    const { openSync } = fs
    const seen = new Set()
    fs.openSync = (path, ...rest) => {
      if (!/\\.cjs$/.test(path) || seen.has(path)) return openSync(path, ...rest)
      seen.add(path)
      throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' })
    }
    const load = () => {
      try {
        return require(${JSON.stringify(join(DIST, 'require.cjs'))})
      } catch (error) {
        if (error.code !== 'EMFILE') throw error
      }
    }
    let library
    while (library === undefined) library = load()
    console.log(seen.size > 1, library.createSplitter('gpt2').split('one two'))`
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program])
  expect([stdout.toString(), stderr.toString()]).toEqual(["true [ 'one', ' two' ]\n", ''])
})

test.each<[what: string, damage: (path: string) => void, problem: RegExp]>([
  ['damaged', (path) => writeFileSync(path, readFileSync(path).fill(0, 100, 200)), /CompileError|WebAssembly/],
  ['missing', (path) => rmSync(path), /no such file/],
])('a kernel that is %s is named, and no bug', (_, damage, problem) => {
  const path = join(DIST, 'kernel/kernel.wasm')
  damage(path)
  const { status, stderr } = spawnSync(process.execPath, [join(DIST, 'cli/main.js'), 'count', join(ROOT, 'README.md'), '-n', '1', '-q', '-o', '-'])
  cpSync(WHOLE, DIST, { recursive: true })
  expect(stderr.toString()).toMatch(new RegExp(`^pretok: loading ${path}: .*; to mend it, install pretok again\n$`))
  expect(stderr.toString()).toMatch(problem)
  expect(status).toBe(1)
})
