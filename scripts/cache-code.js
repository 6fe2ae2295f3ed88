// Keeps what V8 makes of the code (src/loadCode.ts says why): dist/*.cjs.cache. Run by scripts/build.js, with the node that it is for.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'

if (process.getBuiltinModule === undefined) process.exit() // such versions load without it, too
const { cacheHeading, loadCode } = await import('../dist/loadCode.js')

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'pretok-cache-'))
const loaded = []
try {
  // what is called by then is in the cache: with so little to count, by the main thread, that is what the workers call, too
  process.argv.splice(1, Infinity, 'pretok', 'count', join(root, 'data'), '-q', '-o', join(folder, 'counts.json'))
  const { done } = loadCode(join(root, 'dist/main.cjs'), (...code) => loaded.push(code))
  await done
  // threads are not among it
  const worker = join(root, 'dist/worker.js')
  const { Tinypool } = loadCode(join(root, 'dist/tinypool/index.cjs'), (...code) => loaded.push(code))
  const pool = new Tinypool({ filename: pathToFileURL(worker).href, runtime: 'worker_threads', minThreads: 1, maxThreads: 1 })
  await pool.run({ kind: 'merge', partitions: [], runs: [], folder, memoryBytes: 2 ** 20 })
  await setTimeout(100) // src/pool/threads.ts says why
  await pool.destroy()
  for (const [path, code, script] of loaded) {
    const cache = script.createCachedData()
    const heading = cacheHeading(code, cache)
    if (heading !== undefined) writeFileSync(`${path}.cache`, Buffer.concat([Buffer.from(heading), cache]))
  }
} finally {
  rmSync(folder, { recursive: true })
}
