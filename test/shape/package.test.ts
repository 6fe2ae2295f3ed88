import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const manifest = JSON.parse(read('package.json')) as Record<string, never> & {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

/** Uses the door as a strict program does: options that may be undefined, and the types of what it gives. */
const PROGRAM = `
import * as pretok from 'pretok'
import type { InputFormat, LoadOptions, MapOptions, PretokenizeOptions, SaveOptions, SplitterOptions, StreamOptions, TierChoice } from 'pretok'

const none = undefined as undefined
const reading: Pick<StreamOptions, 'format' | 'errors'> = { format: none, errors: none }
const options: PretokenizeOptions = { ...reading, sample: none, tokenizer: none, onWarning: none, signal: none, workDir: none }
const counts: pretok.PretokenCounts = await pretok.pretokenize('corpus', [], options)
const saving: SaveOptions = { format: none, signal: none }
await counts.save('counts.json', saving)
const loading: LoadOptions = { format: none, memoryBytes: none, tempDir: none }
const formats: InputFormat[] = counts.receipt?.sources.map(({ format }) => format) ?? []
const entries: [string, number][] = [...pretok.mergeCounts(counts, await pretok.loadCounts(['counts.json'], loading))]
const mapping: MapOptions = { ...reading, maxInFlight: none }
for await (const length of pretok.mapDocuments('corpus.txt', ({ bytes }) => bytes.length, mapping)) entries.push(['', length])
for await (const { token } of pretok.findBoundaries('corpus.txt', ['<|x|>'], { blockBytes: none })) entries.push([token, 1])
const { chunks }: pretok.Plan = pretok.planChunks([{ size: 1, format: none }], { numProcesses: 1, maxMemoryGb: 1, chunkBytes: none })
const tier: TierChoice = 'auto'
const splitting: SplitterOptions = { engine: none ?? tier }
export const pieces: string[] = pretok.createSplitter({ pattern: 'a', style: none }, [], splitting).split('text')
export { chunks, formats }
`

/** Counts come from functions, and are made by nobody else. */
const COMMONJS_PROGRAM = `
import { pretokenize, PretokenCounts, type PretokenizeOptions } from 'pretok'
const options: PretokenizeOptions = {}
export const counted: Promise<PretokenCounts> = pretokenize('corpus', [], options)
// @ts-expect-error
export const made = new PretokenCounts()
`

describe('the package', () => {
  test('has what users and other programs look for', () => {
    expect(manifest).toMatchObject({ name: 'pretok', type: 'module', engines: { node: '>=20.19' }, bin: { pretok: 'dist/cli/main.js' } })
    expect(manifest['exports']).toMatchObject({ '.': { types: './dist/index.d.ts', default: './dist/index.js' } })
    for (const path of ['dist/cli/main.js', 'dist/index.js', 'dist/index.d.ts', 'dist/worker.js'])
      expect(existsSync(join(ROOT, path)), path).toBe(true)
    for (const path of [
      'package.json',
      'tsconfig.json',
      'src',
      'scripts',
      'test',
      'data',
      'BENCHMARKS.md',
      'README.md',
      'LICENSE',
      '.ci/run',
    ])
      expect(existsSync(join(ROOT, path)), path).toBe(true)
  })

  test('pins every dependency', () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$|^file:\.\/test\/stubs\//)
  })

  test('never depends on node itself, and names no registry', () => {
    expect({ ...manifest.dependencies, ...manifest.devDependencies }).not.toHaveProperty('node')
    expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/)
  })

  test('each required package is used by the source, or by the tests that check against it', () => {
    const sources = readdirSync(join(ROOT, 'src'), { recursive: true })
      .filter((path) => String(path).endsWith('.ts'))
      .map((path) => read(join('src', String(path))))
      .join('\n')
    for (const name of Object.keys(manifest.dependencies))
      expect(sources, name).toMatch(new RegExp(`(?:from |import\\()'${name}(?:/[^']*)?'`))
  })

  test('what is bundled has its licences with it', () => {
    const licences = read('dist/yargs/LICENSES.txt')
    for (const name of ['yargs', 'yargs-parser', 'cliui', 'y18n', 'string-width', 'escalade']) expect(licences).toContain(`\n${name} `)
    expect(licences).toContain(`\nyargs ${manifest.dependencies['yargs']}\n`)
    expect(licences).toContain('Permission is hereby granted')
    expect(read('dist/tinypool/LICENSES.txt')).toContain(`tinypool ${manifest.dependencies['tinypool']}\n`)
    expect(read('dist/LICENSES.txt')).toContain(`hyparquet ${manifest.dependencies['hyparquet']}\n`)
  })

  test('can be loaded by programs that are no ES modules', () => {
    const code = `console.log(typeof require(${JSON.stringify(join(ROOT, 'dist/index.js'))}).pretokenize)`
    expect(execFileSync(process.execPath, ['--no-warnings', '-e', code]).toString()).toBe('function\n')
  })

  test('can be required where that takes no ES module, and is the same as what is imported', () => {
    const code = `
      const required = require('pretok')
      required.pretokenize('LICENSE', [], { numProcesses: 2, chunkBytes: 500 }).then(async ({ total }) => {
        const imported = await import('pretok')
        console.log(total > 0, Object.keys(imported).length, Object.keys(imported).every((name) => imported[name] === required[name]))
      })`
    const options = ['--no-warnings', '--no-experimental-require-module', '-e', code]
    expect(execFileSync(process.execPath, options, { cwd: ROOT }).toString()).toBe('true 13 true\n')
  })

  test('and where no import() may be called, as in Jest', () => {
    const code = `
      const { createRequire } = require('node:module')
      const { readFileSync } = require('node:fs')
      const { compileFunction, createContext } = require('node:vm')
      const door = createRequire(process.cwd() + '/x.cjs').resolve('pretok')
      const parsingContext = createContext({ process, Buffer })
      const module = { exports: {} }
      const folder = require('node:path').dirname(door)
      compileFunction(readFileSync(door, 'utf8'), ['module', 'require', '__dirname'], { parsingContext })(module, require, folder)
      module.exports.pretokenize('LICENS*').then(({ total }) => console.log(total > 0))`
    expect(execFileSync(process.execPath, ['--no-warnings', '-e', code], { cwd: ROOT }).toString()).toBe('true\n')
  })

  test.each(["'none.txt'", "'package.json', [], { tokenizer: 'none' }", "'package.json', [], { sample: 2 }"])(
    'an error that a program does not catch is not lost among code: pretokenize(%s)',
    (given) => {
      const code = `import { pretokenize } from ${JSON.stringify(join(ROOT, 'dist/index.js'))}; await pretokenize(${given})`
      const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: ROOT, encoding: 'utf8' })
      expect(stderr).toContain('PretokError: ')
      for (const line of stderr.split('\n')) expect(line.length).toBeLessThan(500)
    },
  )

  test('has types that are whole without its source, for the strictest of programs', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pretok-types-'))
    try {
      const installed = join(folder, 'node_modules/pretok')
      cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'))
      for (const name of readdirSync(join(ROOT, 'dist'), { recursive: true }).map(String))
        if (/\.d\.c?ts$/.test(name)) cpSync(join(ROOT, 'dist', name), join(installed, 'dist', name))
      symlinkSync(join(ROOT, 'node_modules/@types'), join(folder, 'node_modules/@types'))
      writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
      const compilerOptions = {
        target: 'es2022',
        lib: ['es2022'],
        module: 'node16', // newer ones let what is no module have a module in any case
        types: ['node'],
        noEmit: true,
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
      }
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts', 'program.cts'] }))
      writeFileSync(join(folder, 'program.ts'), PROGRAM)
      writeFileSync(join(folder, 'program.cts'), COMMONJS_PROGRAM)
      const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
      const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' })
      expect(stdout).toBe('')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('the door has what the README shows', async () => {
    const door = await import('../../dist/index.js')
    expect(Object.keys(door).sort()).toEqual([
      'PretokError',
      'PretokenCounts',
      'createSplitter',
      'findBoundaries',
      'loadCounts',
      'loadTokenizer',
      'mapDocuments',
      'mergeCounts',
      'planChunks',
      'pretokenize',
      'processFiles',
      'streamBatches',
      'streamDocuments',
    ])
  })
})

describe('generated files', () => {
  test('are what the script makes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pretok-unicode-'))
    try {
      execFileSync(process.execPath, [join(ROOT, 'scripts/make-unicode-tables.js'), folder])
      for (const name of readdirSync(join(ROOT, 'src/unicode/generated')))
        expect(readFileSync(join(folder, name), 'utf8') === read(join('src/unicode/generated', name)), name).toBe(true)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }, 60_000)
})
