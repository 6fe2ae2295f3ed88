// Compiles src/kernel/ (AssemblyScript) to the modules in dist/kernel/. Run: node scripts/build-kernel.js
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import compiler from 'assemblyscript/asc'

const MODULES = { 'index.ts': 'kernel.wasm', 'jsonRows.ts': 'json.wasm', 'jsonCuts.ts': 'jsonCuts.wasm', 'csv.ts': 'csv.wasm', 'normalize.ts': 'normalize.wasm', 'parquet.ts': 'parquet.wasm', 'merge.ts': 'merge.wasm', 'encode.ts': 'encode.wasm', 'pattern/index.ts': 'pattern.wasm' }

/**
 * Functions that do some of a long loop's work, so that V8 puts faster code in their place after a few calls: it does so only where a function is called.
 * They must stay functions. By the end of their names:
 */
const PORTIONS = '*Some'

class KeepPortions {
  afterCompile(module) {
    this.binaryen.setPassArgument('no-inline', PORTIONS)
    module.runPasses(['no-inline'])
  }
}

const root = fileURLToPath(new URL('..', import.meta.url))
for (const [source, name] of Object.entries(MODULES)) {
  const out = join(root, 'dist/kernel', name)
  mkdirSync(dirname(out), { recursive: true })
  const { error, stderr } = await compiler.main(
    [join(root, 'src/kernel', source), '--outFile', out, '--enable', 'simd', '--runtime', 'stub', '--noAssert', '-O3', '--importMemory'],
    { stdout: process.stdout, transforms: [KeepPortions] },
  )
  if (error) {
    process.stderr.write(stderr.toString())
    process.exit(1)
  }
}
