// Makes dist/ of src/: the code, the doors to it, their types, the kernels, and what is prepared for a quick start. Run: node scripts/build.js
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import { asciiOnly } from './ascii.js'
import { bundleTinypool, TINYPOOL_FILE } from './bundle-tinypool.js'
import { bundleYargs, YARGS_FILE } from './bundle-yargs.js'
import { writeLicences } from './licences.js'
import { keepPublicTypes } from './public-types.js'
import { shortLines } from './short-lines.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
rmSync(join(root, 'dist'), { recursive: true, force: true })
const { status } = spawnSync(process.execPath, [compiler, '-p', root], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
keepPublicTypes(join(root, 'dist'))

/** What is loaded together is one file: what all commands need, all workers, all runs. */
const TOGETHER = ['src/cli/main.ts', 'src/read/decompressor.ts', 'src/worker.ts', 'src/pipeline.ts', 'src/cli/count.ts'].map((path) => join(root, path))

/** The modules that are loaded with one, itself among them. */
const loadedWith = (id, graph, found = new Set()) => {
  if (found.has(id)) return found
  found.add(id)
  for (const next of graph.getModuleInfo(id)?.importedIds ?? []) loadedWith(next, graph, found)
  return found
}

const groups = TOGETHER.map((entry, i) => {
  let found
  return {
    name: (id, graph) => (id !== entry && (found ??= loadedWith(entry, graph)).has(id) ? `with-${basename(entry, '.ts')}` : null),
    debugName: entry,
    priority: TOGETHER.length - i,
  }
})

/** These are files of their own (bundle-yargs.js, bundle-tinypool.js). */
const APART = { yargs: `export default require('./${YARGS_FILE}').default`, tinypool: `export const { Tinypool } = require('./${TINYPOOL_FILE}')` }
const packagesApart = {
  name: 'packages-apart',
  resolveId: (id) => (id in APART ? `\0${id}` : [YARGS_FILE, TINYPOOL_FILE].some((file) => id === `./${file}`) ? { id, external: true } : null),
  load: (id) => (id.startsWith('\0') ? APART[id.slice(1)] : null),
}

/** Packages are loaded by a function that loadCode.ts gives. */
const packagesByFunction = {
  name: 'packages-by-function',
  renderChunk: (code) => code.replaceAll(/\bimport\(/g, 'importPackage('),
}

// All files stand in dist/ itself, where loadWasm.ts and others look for what is beside them.
const { output } = await build({
  cwd: root,
  input: { index: 'src/index.ts', worker: 'src/worker.ts', decompressor: 'src/read/decompressor.ts', main: 'src/cli/main.ts' },
  platform: 'node',
  // packages are found where they are installed; hyparquet is an ES module that other code could not load at once
  external: (id) => /^[^./\0]/.test(id) && !(id in APART) && !id.startsWith('hyparquet'),
  plugins: [packagesApart, packagesByFunction, asciiOnly, shortLines],
  logLevel: 'warn',
  output: {
    dir: 'dist',
    format: 'cjs',
    exports: 'named',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    codeSplitting: { groups },
    minify: { mangle: false, compress: false, codegen: true },
  },
})

/** The files that others load. Each holds what loads the code (src/loadCode.ts): another file would take longer to load than that. */
const DOORS = { index: 'index.js', worker: 'worker.js', decompressor: 'decompressor.js', main: 'cli/main.js' }
/** The program is no ES module, as all others are: Node loads one 10 ms later. */
const PROGRAM = 'main'

/** Node 21, and 22 before 22.3, have no such function. What waits for a module cannot be loaded by `require`, which programs may do with index.js. */
const builtinModules = {
  [PROGRAM]: 'process.getBuiltinModule ??= require',
  index: "import { createRequire } from 'node:module'\nprocess.getBuiltinModule ??= createRequire(import.meta.url)",
}
/** For programs whose `require` takes no ES module, as that of Jest. */
const requireDoor = () => ['process.getBuiltinModule ??= require', loaderText, "module.exports = loadCode(join(__dirname, 'index.cjs'))", ''].join('\n')
const builtinModulesAtOnce = "process.getBuiltinModule ??= (await import('node:module')).createRequire(import.meta.url)"

const loader = await build({ cwd: root, input: 'src/loadCode.ts', platform: 'node', output: { file: 'dist/loadCode.js', format: 'esm' } })
const loaderText = loader.output[0].code.replace(/^export \{.*\};?\n/m, '')

const door = ({ name, fileName, exports }) => {
  const path = relative(dirname(DOORS[name]), fileName)
  const isProgram = name === PROGRAM
  const here = isProgram ? `join(__dirname, '${path}')` : `process.getBuiltinModule('node:url').fileURLToPath(new URL('${path}', import.meta.url))`
  const named = exports.filter((one) => one !== 'default')
  return [
    ...(isProgram ? ['#!/usr/bin/env node'] : []),
    builtinModules[name] ?? builtinModulesAtOnce,
    loaderText,
    `const code = loadCode(${here})`,
    ...(isProgram ? [] : [`export const { ${named.join(', ')} } = code`]),
    ...(exports.includes('default') ? ['export default code.default'] : []),
    '',
  ].join('\n')
}
mkdirSync(join(root, 'dist/cli'), { recursive: true })
writeFileSync(join(root, 'dist/cli/package.json'), '{ "type": "commonjs" }\n')
for (const chunk of output) if (chunk.isEntry) writeFileSync(join(root, 'dist', DOORS[chunk.name]), door(chunk))
writeFileSync(join(root, 'dist/require.cjs'), requireDoor())

writeLicences(
  'dist/LICENSES.txt',
  output.flatMap(({ moduleIds }) => moduleIds),
)
writeLicences('dist/yargs/LICENSES.txt', await bundleYargs())
writeLicences('dist/tinypool/LICENSES.txt', await bundleTinypool())
await import('./build-kernel.js')
await import('./prepare-presets.js')
chmodSync(join(root, 'dist/cli/main.js'), 0o755)
const { status: cached } = spawnSync(process.execPath, [join(root, 'scripts/cache-code.js')], { stdio: 'inherit' })
if (cached !== 0) process.exit(cached ?? 1)
