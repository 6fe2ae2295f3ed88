// Of the types that are made of src/, keeps those that the library's door leads to: dist/**/*.d.ts; and makes the same for programs that `require` it,
// which to TypeScript are types of another kind: dist/**/*.d.cts. Run by scripts/build.js.
import { readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const typesOf = (path) => path.replace(/\.ts$/, '.d.ts')

const IMPORTED = /(?<=(?:from |import\()'\.[^']+)\.ts(?=')/g

/** The files of types that one leads to, itself among them. */
const reachable = (file, found = new Set()) => {
  if (found.has(file)) return found
  found.add(file)
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()'(\.[^']+)'/g)) reachable(resolve(dirname(file), typesOf(path)), found)
  return found
}

export const keepPublicTypes = (folder) => {
  const kept = reachable(join(folder, 'index.d.ts'))
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  for (const { name, parentPath } of entries) if (name.endsWith('.d.ts') && !kept.has(join(parentPath, name))) rmSync(join(parentPath, name))
  for (const file of kept) writeFileSync(file.replace(/\.ts$/, '.cts'), readFileSync(file, 'utf8').replace(IMPORTED, '.cjs'))
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name, parentPath }) => join(parentPath, name))
  for (const path of folders.sort((a, b) => b.length - a.length)) if (readdirSync(path).length === 0) rmdirSync(path)
}
