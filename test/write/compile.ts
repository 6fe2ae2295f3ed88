import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COMPILER = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')

/** Compiles src/ into a folder: a child process on Node 20 loads no TypeScript, and dist/ may be older than what is tested. */
export const compileInto = (folder: string): void => {
  spawnSync(process.execPath, [COMPILER, '-p', ROOT, '--outDir', folder, '--declaration', 'false', '--emitDeclarationOnly', 'false'])
  cpSync(join(ROOT, 'dist/kernel'), join(folder, 'kernel'), { recursive: true })
}
