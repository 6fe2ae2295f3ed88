// Makes dist/ of src/: bundles, their types, and the kernels. Run: node scripts/build.js
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
rmSync(join(root, 'dist'), { recursive: true, force: true })
const { status } = spawnSync(process.execPath, [compiler, '-p', root], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)

// few files: loading 250 modules takes 0.1 s in each thread. All of them stand in dist/ itself, where loadWasm.ts and others look for what is beside them.
await build({
  cwd: root,
  input: { index: 'src/index.ts', worker: 'src/worker.ts', decompressor: 'src/read/decompressor.ts', 'cli/main': 'src/cli/main.ts' },
  platform: 'node',
  external: /^[^./]/, // packages
  logLevel: 'warn',
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    paths: { yargs: '../yargs/lib/platform-shims/esm.js' }, // as seen from cli/main.js
    minify: { mangle: false, compress: false, codegen: true },
  },
})
await import('./bundle-yargs.js')
await import('./build-kernel.js')
await import('./compile-presets.js')
chmodSync(join(root, 'dist/cli/main.js'), 0o755)
