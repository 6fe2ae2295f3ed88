// Makes what the presets need: dist/engines/ and dist/normalizers/ (src/prepared.ts says why). Run by scripts/build.js.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const compiler = mkdtempSync(join(tmpdir(), 'pretok-compiler-'))
try {
  const MODULES = {
    chooseEngine: 'src/count/chooseEngine.ts',
    leadingRewrites: 'src/tokenizer/leadingRewrites.ts',
    normalizer: 'src/normalize/normalizer.ts',
    prepared: 'src/prepared.ts',
    presets: 'src/tokenizer/presets.ts',
    readyEngine: 'src/count/readyEngine.ts',
    readySureText: 'src/normalize/readySureText.ts',
  }
  await build({
    cwd: root,
    input: MODULES,
    platform: 'node',
    logLevel: 'warn',
    output: { dir: compiler, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: 'shared-[name].mjs' },
  })
  cpSync(join(root, 'dist/kernel'), join(compiler, 'kernel'), { recursive: true })
  const modules = await Promise.all(Object.keys(MODULES).map((name) => import(pathToFileURL(join(compiler, `${name}.mjs`)).href)))
  const { chooseEngine, createSureText, isComplete, leadingRewritesAsNormalizers, packPrepared, prepareEngine, preparedName, prepareSureText, PRESETS, presetPipeline } =
    Object.assign({}, ...modules)
  const write = (kind, of, prepared) => writeFileSync(join(root, 'dist', kind, preparedName(of)), packPrepared(of, prepared))
  for (const kind of ['engines', 'normalizers']) mkdirSync(join(root, 'dist', kind))
  for (const { name } of PRESETS.filter(isComplete)) {
    const { normalizers, stages } = leadingRewritesAsNormalizers(presetPipeline(name))
    write('engines', stages, prepareEngine(chooseEngine(stages)))
    const sure = normalizers.length === 0 ? undefined : createSureText(normalizers)
    if (sure !== undefined) write('normalizers', normalizers, prepareSureText(sure))
  }
} finally {
  rmSync(compiler, { recursive: true })
}
