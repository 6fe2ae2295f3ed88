// Compiles the patterns of the presets: dist/engines/ (src/count/readyEngine.ts says why). Run by scripts/build.js.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'dist/engines')
const compiler = mkdtempSync(join(tmpdir(), 'pretok-compiler-'))
try {
  await build({
    cwd: root,
    input: ['src/count/chooseEngine.ts', 'src/count/readyEngine.ts', 'src/tokenizer/presets.ts', 'src/tokenizer/leadingRewrites.ts'],
    platform: 'node',
    logLevel: 'warn',
    output: { dir: compiler, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
  })
  cpSync(join(root, 'dist/kernel'), join(compiler, 'kernel'), { recursive: true })
  const load = (name) => import(pathToFileURL(join(compiler, `${name}.mjs`)).href)
  const { chooseEngine } = await load('chooseEngine')
  const { engineFile, packEngine } = await load('readyEngine')
  const { leadingRewritesAsNormalizers } = await load('leadingRewrites')
  const { isComplete, PRESETS, presetPipeline } = await load('presets')
  mkdirSync(folder)
  for (const { name } of PRESETS.filter(isComplete)) {
    const { stages } = leadingRewritesAsNormalizers(presetPipeline(name))
    writeFileSync(join(folder, engineFile(stages)), packEngine(chooseEngine(stages)))
  }
} finally {
  rmSync(compiler, { recursive: true })
}
