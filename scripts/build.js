// Makes dist/ of src/: bundles, their types, and the kernels. Run: node scripts/build.js
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
rmSync(join(root, 'dist'), { recursive: true, force: true })
const { status } = spawnSync(process.execPath, [compiler, '-p', root], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)

/** What is loaded together is one file, since to load a file takes as long as to load 20 KB more: what all commands need, all workers, all runs. */
const TOGETHER = ['src/cli/main.ts', 'src/worker.ts', 'src/pipeline.ts', 'src/cli/count.ts'].map((path) => join(root, path))

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
    // itself it stays apart: main.ts is done only when the command is, and what that loads must not wait for it
    name: (id, graph) => (id !== entry && (found ??= loadedWith(entry, graph)).has(id) ? `with-${basename(entry, '.ts')}` : null),
    debugName: entry,
    priority: TOGETHER.length - i,
  }
})

// All files stand in dist/ itself, where loadWasm.ts and others look for what is beside them.
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
    codeSplitting: { groups },
    paths: { yargs: '../yargs/lib/platform-shims/esm.js' }, // as seen from cli/main.js
    minify: { mangle: false, compress: false, codegen: true },
  },
})
await import('./bundle-yargs.js')
await import('./build-kernel.js')
await import('./compile-presets.js')
chmodSync(join(root, 'dist/cli/main.js'), 0o755)
