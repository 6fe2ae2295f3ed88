import { readFileSync } from 'node:fs'

/** What src/kernel/ is compiled to. */
export type WasmName = 'kernel' | 'json' | 'jsonCuts' | 'csv' | 'normalize' | 'parquet' | 'merge' | 'encode' | 'pattern'

const compiled = new Map<WasmName, WebAssembly.Module>()

/** A compiled module of dist/kernel/; the same one for all who ask in this thread. */
export const loadWasm = (name: WasmName): WebAssembly.Module => {
  let module = compiled.get(name)
  if (module === undefined) compiled.set(name, (module = new WebAssembly.Module(readFileSync(wasmUrl(name)))))
  return module
}

/** Beside the bundle that this is part of, or in dist/ when it runs from its source. */
const wasmUrl = (name: WasmName): URL =>
  new URL(import.meta.url.endsWith('.ts') ? `../dist/kernel/${name}.wasm` : `./kernel/${name}.wasm`, import.meta.url)
