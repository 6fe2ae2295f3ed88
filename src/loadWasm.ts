import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { loadError, PretokError } from './errors.ts'

/** What src/kernel/ is compiled to. */
export type WasmName = 'kernel' | 'json' | 'jsonCuts' | 'csv' | 'normalize' | 'parquet' | 'merge' | 'encode' | 'pattern'

const compiled = new Map<WasmName, WebAssembly.Module>()

/** A compiled module of dist/kernel/; the same one for all who ask in this thread. Throws 'installation' if it is damaged, or cannot be read. */
export const loadWasm = (name: WasmName): WebAssembly.Module => {
  let module = compiled.get(name)
  if (module === undefined) compiled.set(name, (module = compile(wasmUrl(name))))
  return module
}

const compile = (url: URL): WebAssembly.Module => {
  try {
    return new WebAssembly.Module(readFileSync(url))
  } catch (error) {
    throw loadError(fileURLToPath(url), error)
  }
}

/** Beside the bundle that this is part of, or in dist/ when it runs from its source. */
const wasmUrl = (name: WasmName): URL =>
  new URL(import.meta.url.endsWith('.ts') ? `../dist/kernel/${name}.wasm` : `./kernel/${name}.wasm`, import.meta.url)

/** Memories of WebAssembly come in pages of so many bytes. */
export const PAGE_BYTES = 2 ** 16
/** The most that a memory can have, which is 4 GiB. */
export const MAX_PAGES = 2 ** 16

/**
 * A memory, in pages. Whatever it has, V8 reserves 10 GiB of addresses for it.
 *
 * @throws PretokError 'limit' if those are not there
 */
export const reserveMemory = (initial: number, maximum: number): WebAssembly.Memory => {
  try {
    return new WebAssembly.Memory({ initial, maximum })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const problem = 'there are no addresses left for a memory of WebAssembly, which takes 10 GiB of them, whatever is used of it'
    throw new PretokError('limit', `${problem}; ulimit -v must be higher (unlimited is usual), or fewer workers be asked for with -n`, { cause: error })
  }
}
