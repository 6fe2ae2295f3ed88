/*
 * Loads the program, whose code (*.cjs) stands beside the files that are called: index.js, require.cjs, worker.js, cli/main.js. V8 needs 60 ms to read these
 * 500 KB, as long as it takes to count 50 MB, so what it makes of them is kept (*.cjs.cache, written by scripts/cache-code.js): the functions
 * that a run calls, as bytecode. Modules have no such cache on Node 20, and later versions would write theirs into a folder of the user's.
 *
 *   0     `HEADING_BYTES`: what made it (`cacheMaker`) and a checksum of the code and the cache: V8 compares no more than lengths, and would crash
 *   then  the cache, which V8 refuses if it was made with other options
 *
 * Without one that fits, code is compiled as ever.
 *
 * Memory that is used for the first time costs more than what is done with it here, so all files are read into the same room, in which the cache
 * stands where V8 takes it without a copy, and code is ASCII (scripts/ascii.js), of which V8 makes no more than one copy.
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
const { closeSync, fstatSync, openSync, readSync } = process.getBuiltinModule('node:fs')
const { dirname, join } = process.getBuiltinModule('node:path')
const { Script } = process.getBuiltinModule('node:vm')
const { crc32 } = process.getBuiltinModule('node:zlib') as { crc32?: (data: Uint8Array, value?: number) => number }

const cacheMaker = `pretok code cache, node ${process.version} ${process.platform} ${process.arch}`

/** V8 copies a cache that does not stand at a multiple of this. */
const ALIGN = 8
/** Of the heading, which ends with a new line: a multiple of `ALIGN`. */
export const HEADING_BYTES = 128

/** What stands before a cache; without checksums (22.0 and 22.1) there is none. */
export const cacheHeading = (code: Buffer, cache: Buffer): string | undefined =>
  crc32 && `${`${cacheMaker}, ${crc32(cache, crc32(code))}`.padEnd(HEADING_BYTES - 1)}\n`

/** Code from a cache has lost where its own `import()` would look. Programs that may not call that, as in Jest, have `require`. */
const importFrom = (path: string): ImportPackage => async (name) => {
  try {
    return await import(name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') throw error
    try {
      return process.getBuiltinModule('node:module').createRequire(path)(name) as unknown
    } catch {
      throw error
    }
  }
}

/** What was loaded, by its path, whichever of the doors was first: a program may `import` the library, and what it uses `require` it. */
const LOADED = Symbol.for('pretok: loaded code')
const modules = ((globalThis as { [LOADED]?: Map<string, Module> })[LOADED] ??= new Map())

const BEFORE = Buffer.from('(function(exports,require,importPackage,__filename){')
const BEHIND = Buffer.from('\n})')

/** Gives what the file exports. The same for all who ask in this thread. */
export const loadCode = (path: string, onCode?: OnCode): unknown => {
  const known = modules.get(path)
  if (known !== undefined) return known.exports
  const module: Module = { exports: {} }
  modules.set(path, module)
  try {
    const script = compile(path, onCode)
    const require: Require = (id) => (id.startsWith('.') ? loadCode(join(dirname(path), id), onCode) : builtinModule(id))
    const body = script.runInThisContext() as Body
    body(module.exports, require, importFrom(path), path)
    return module.exports
  } catch (error) {
    modules.delete(path) // who asks again is not to get what is not whole
    throw error
  }
}

/** Modules of Node that take a millisecond to load, and that many runs do without. */
const LOADED_LATE = new Set(['node:worker_threads', 'node:child_process'])

const builtinModule = (id: string): unknown => {
  if (!LOADED_LATE.has(id)) return process.getBuiltinModule(id)
  let module: Record<PropertyKey, unknown> | undefined
  // rolldown has what is imported looked up where it is used
  return new Proxy({}, { get: (_, name) => (module ??= process.getBuiltinModule(id) as unknown as typeof module)![name] })
}

/** Enough for any file and its cache. */
const ROOM = 2 ** 20
/** Behind what is read. */
const SPARE = 64
let room = Buffer.allocUnsafeSlow(ROOM)

/** Reads a file to `room`, from `start` on. Returns where it ends. */
const readTo = (start: number, path: string): number => {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    if (start + size + SPARE > room.length) {
      const larger = Buffer.allocUnsafeSlow(start + size + SPARE)
      room.copy(larger, 0, 0, start)
      room = larger
    }
    return start + readSync(file, room, start, size, 0)
  } finally {
    closeSync(file)
  }
}

/** Code from a cache bears the name that it had when that was made, in stacks, wherever it has been installed since. */
const nameAnywhere = (path: string): string => path.replace(/^.*[\\/](?=dist[\\/])/s, 'pretok/')

const compile = (path: string, onCode: OnCode | undefined): InstanceType<typeof Script> => {
  const end = readTo(BEFORE.length, path)
  room.set(BEFORE)
  room.set(BEHIND, end)
  const text = room.toString('latin1', 0, end + BEHIND.length)
  const code = room.subarray(BEFORE.length, end)
  const cachedData = readCache(path, code, Math.ceil((end + BEHIND.length) / ALIGN) * ALIGN)
  const filename = onCode === undefined ? path : nameAnywhere(path)
  const script = new Script(text, cachedData === undefined ? { filename } : { filename, cachedData })
  onCode?.(path, Buffer.from(code), script)
  return script
}

/** @param start where it goes in `room`, behind the code */
const readCache = (path: string, code: Buffer, start: number): Buffer | undefined => {
  let end: number
  try {
    end = readTo(start, `${path}.cache`)
  } catch {
    return undefined
  }
  const cache = room.subarray(start + HEADING_BYTES, end)
  return room.toString('latin1', start, start + HEADING_BYTES) === cacheHeading(code, cache) ? cache : undefined
}
