// Compiles src/kernel/ (AssemblyScript) to dist/kernel/kernel.wasm. Run: node scripts/build-kernel.js
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import compiler from 'assemblyscript/asc'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = join(root, 'dist/kernel/kernel.wasm')
mkdirSync(dirname(out), { recursive: true })
const { error, stderr } = await compiler.main(
  [join(root, 'src/kernel/index.ts'), '--outFile', out, '--enable', 'simd', '--runtime', 'stub', '--noAssert', '-O3', '--importMemory'],
  { stdout: process.stdout },
)
if (error) {
  process.stderr.write(stderr.toString())
  process.exit(1)
}
