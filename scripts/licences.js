// Writes the licences of the packages that are part of the code. Run by scripts/build.js.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const packageOf = (path) => path.slice(0, path.indexOf('/', path.lastIndexOf('node_modules/') + 'node_modules/'.length))

/** @param moduleIds the modules that were bundled */
export const writeLicences = (file, moduleIds) => {
  const packages = [...new Set(moduleIds.filter((id) => /^[^\0].*node_modules\//.test(id)).map(packageOf))]
  const licences = packages.sort().map((path) => {
    const { name, version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
    const licence = readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry))
    if (licence === undefined) throw new Error(`bundling: ${name} ${version} has no licence text in ${path}`)
    return `${name} ${version}\n\n${readFileSync(join(path, licence), 'utf8').trim()}\n`
  })
  writeFileSync(file, [...new Set(licences)].join(`\n${'-'.repeat(80)}\n\n`))
}
