// Makes one file of yargs and of what it imports, with their licences: dist/yargs/. To load its 50 files takes twice as long, a third of the
// time in which a short command could be done. Run by scripts/build.js.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const yargs = dirname(createRequire(import.meta.url).resolve('yargs/package.json'))
const folder = join(root, 'dist/yargs')

/** Where yargs has it: it looks for its texts three folders above. */
const FILE = 'lib/platform-shims/esm.js'

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

const { output } = await build({
  cwd: root,
  input: join(yargs, 'index.mjs'),
  platform: 'node',
  logLevel: 'warn',
  plugins: [lazyStringWidth],
  output: { file: join(folder, FILE), format: 'esm', minify: true },
})
mkdirSync(join(folder, 'locales'))
copyFileSync(join(yargs, 'locales/en.json'), join(folder, 'locales/en.json'))

const packageOf = (path) => path.slice(0, path.indexOf('/', path.lastIndexOf('node_modules/') + 'node_modules/'.length))
const packages = [...new Set(output[0].moduleIds.filter((id) => /^[^\0].*node_modules\//.test(id)).map(packageOf))]
const licences = packages.sort().map((path) => {
  const { name, version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
  const file = readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry))
  if (file === undefined) throw new Error(`bundling yargs: ${name} ${version} has no licence text in ${path}`)
  return `${name} ${version}\n\n${readFileSync(join(path, file), 'utf8').trim()}\n`
})
writeFileSync(join(folder, 'LICENSES.txt'), [...new Set(licences)].join(`\n${'-'.repeat(80)}\n\n`))
