/*
 * Loads the program, whose code (*.cjs) stands beside the files that are called: index.js, worker.js, cli/main.js. V8 needs 60 ms to read these
 * 500 KB, as long as it takes to count 50 MB, so what it makes of them is kept (*.cjs.cache, written by scripts/cache-code.js): the functions
 * that a run calls, as bytecode. Modules have no such cache on Node 20, and later versions would write theirs into a folder of the user's.
 *
 *   line 1   what made it (`cacheMaker`) and a checksum of the code and the cache: V8 compares no more than lengths, and would crash
 *   then     the cache, which V8 refuses if it was made with other options
 *
 * Without one that fits, code is compiled as ever.
 */

interface Module {
  exports: unknown
}
type Require = (id: string) => unknown
type ImportPackage = (name: string) => Promise<unknown>
type Body = (exports: unknown, require: Require, importPackage: ImportPackage, filename: string) => void

/** Called with each file that is loaded. */
export type OnCode = (path: string, code: Buffer, script: { createCachedData(): Buffer }) => void

// modules of Node that are there already: to import them would take longer
const { readFileSync } = process.getBuiltinModule('node:fs')
const { dirname, join } = process.getBuiltinModule('node:path')
const { Script } = process.getBuiltinModule('node:vm')
const { crc32 } = process.getBuiltinModule('node:zlib') as { crc32?: (data: Uint8Array, value?: number) => number }

const cacheMaker = `pretok code cache, node ${process.version} ${process.platform} ${process.arch}`

/** The first line of a cache; without checksums (22.0 and 22.1) there is none. */
export const cacheHeading = (code: Buffer, cache: Buffer): string | undefined =>
  crc32 && `${cacheMaker}, ${crc32(cache, crc32(code))}\n`

/** Code from a cache has lost where its own `import()` would look. */
const importPackage: ImportPackage = (name) => import(name)

const modules = new Map<string, Module>()

/** Gives what the file exports. The same for all who ask in this thread. */
export const loadCode = (path: string, onCode?: OnCode): unknown => {
  const known = modules.get(path)
  if (known !== undefined) return known.exports
  const module: Module = { exports: {} }
  modules.set(path, module)
  const code = readFileSync(path)
  const cachedData = readCache(path, code)
  const text = `(function(exports,require,importPackage,__filename){${code.toString()}\n})`
  const script = new Script(text, cachedData === undefined ? { filename: path } : { filename: path, cachedData })
  onCode?.(path, code, script)
  const require: Require = (id) => (id.startsWith('.') ? loadCode(join(dirname(path), id), onCode) : process.getBuiltinModule(id))
  const body = script.runInThisContext() as Body
  body(module.exports, require, importPackage, path)
  return module.exports
}

const readCache = (path: string, code: Buffer): Buffer | undefined => {
  let file: Buffer
  try {
    file = readFileSync(`${path}.cache`)
  } catch {
    return undefined
  }
  const heading = file.indexOf('\n') + 1
  const cache = file.subarray(heading)
  return file.toString('latin1', 0, heading) === cacheHeading(code, cache) ? cache : undefined
}
