// Bundles what is part of the code: makes one file of yargs and of what it imports: dist/yargs/. To load its 50 files takes three times as
// long. Run by scripts/build.js.
import { copyFileSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import { asciiOnly } from './ascii.js'

const root = fileURLToPath(new URL('..', import.meta.url))

/** In dist/; where yargs has it: it looks for its texts three folders above. */
export const YARGS_FILE = 'yargs/lib/platform-shims/esm.cjs'

const LAZY = '\0lazy:'

/** What measures text is for help only, and makes regexes that take as long to make as all the rest does to load: it waits until it is called. */
const lazyStringWidth = {
  name: 'lazy-string-width',
  async resolveId(id, importer) {
    if (id !== 'string-width') return null
    const { id: path } = await this.resolve(id, importer, { skipSelf: true })
    return LAZY + path
  },
  load: (id) =>
    id.startsWith(LAZY) ? `export default (...given) => require(${JSON.stringify(id.slice(LAZY.length))}).default(...given)` : null,
}

/** Returns the modules that are in it. */
export const bundleYargs = async () => {
  const yargs = dirname(createRequire(import.meta.url).resolve('yargs/package.json'))
  const { output } = await build({
    cwd: root,
    input: join(yargs, 'index.mjs'),
    platform: 'node',
    logLevel: 'silent', // import.meta.resolve, which other code has not, is for files that options extend
    plugins: [lazyStringWidth, asciiOnly],
    output: { file: join(root, 'dist', YARGS_FILE), format: 'cjs', exports: 'named', minify: true },
  })
  mkdirSync(join(root, 'dist/yargs/locales'))
  copyFileSync(join(yargs, 'locales/en.json'), join(root, 'dist/yargs/locales/en.json'))
  return output[0].moduleIds
}
