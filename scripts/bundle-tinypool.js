// Bundles what is part of the code: makes one file of Tinypool, and one of what its threads begin with: dist/tinypool/. As modules where they are
// installed they load four times as slowly, and threads wait for them. Run by scripts/build.js.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import { asciiOnly } from './ascii.js'
import { shortLines } from './short-lines.js'

const root = fileURLToPath(new URL('..', import.meta.url))

/** In dist/. Tinypool looks for what its threads begin with beside it. */
export const TINYPOOL_FILE = 'tinypool/index.cjs'
const THREAD_FILE = 'tinypool/entry/worker.js'

/** Returns the modules that are in them. */
export const bundleTinypool = async () => {
  const tinypool = dirname(createRequire(import.meta.url).resolve('tinypool'))
  const bundle = async (input, file, format) => {
    const { output } = await build({
      cwd: root,
      input: join(tinypool, input),
      platform: 'node',
      logLevel: 'warn',
      plugins: [asciiOnly, shortLines],
      output: { file: join(root, 'dist', file), format, exports: 'named', minify: { mangle: false, compress: false, codegen: true } },
    })
    return output[0].moduleIds
  }
  return [...(await bundle('index.js', TINYPOOL_FILE, 'cjs')), ...(await bundle('entry/worker.js', THREAD_FILE, 'esm'))]
}
