import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, symlinkSync, truncateSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Tier } from '../../src/count/engine.ts'
import { chooseEngine } from '../../src/count/chooseEngine.ts'
import { loadEngine, prepareEngine, readyEngine } from '../../src/count/readyEngine.ts'
import { packPrepared, preparedName } from '../../src/prepared.ts'
import { leadingRewritesAsNormalizers } from '../../src/tokenizer/leadingRewrites.ts'
import { isComplete, PRESETS, presetPipeline } from '../../src/tokenizer/presets.ts'
import type { Stage } from '../../src/types.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()
const ROOT = resolve(import.meta.dirname, '../..')

const stagesOf = (name: string): readonly Stage[] => leadingRewritesAsNormalizers(presetPipeline(name)!).stages
const names = PRESETS.filter(isComplete).map(({ name }) => name)

describe('engines made ahead', () => {
  test.each(names)('%s: what the compiler makes now', (name) => {
    const [ready, compiled] = [readyEngine(stagesOf(name))!, chooseEngine(stagesOf(name))]
    expect(ready.name).toBe(compiled.name)
    const pack = (engine: Tier): Buffer => packPrepared(stagesOf(name), prepareEngine(engine))
    expect(pack(ready).equals(pack(compiled))).toBe(true)
    expect({ ...ready, tables: [] }).toEqual({ ...compiled, tables: [] })
  })

  test('there is one for each preset, and no other', () => {
    const files = readdirSync(join(ROOT, 'dist/engines'))
    expect(files.sort()).toEqual([...new Set(names.map((name) => preparedName(stagesOf(name))))].sort())
  })

  test('a damaged one is told of, and how to mend it', () => {
    const copy = join(folder, 'pretok')
    cpSync(join(ROOT, 'dist'), join(copy, 'dist'), { recursive: true })
    cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'))
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
    truncateSync(join(copy, 'dist/engines', preparedName(stagesOf('gpt2'))), 100)
    const { status, stderr } = spawnSync(process.execPath, [join(copy, 'dist/cli/main.js'), join(ROOT, 'package.json'), '-t', 'gpt2'])
    expect(stderr.toString()).toMatch(/^pretok: loading .*\.gz: unexpected end of file; to mend it, install pretok again\n$/)
    expect(status).toBe(1)
  })

  test('other stages, and tiers that are asked for, are compiled', async () => {
    const [stage] = stagesOf('gpt2') as [Stage & { kind: 'split' }]
    const other = [{ ...stage, pattern: 'ab+|b' }]
    expect(readyEngine(other)).toBeUndefined()
    expect((await loadEngine(other)).name).toBe('automaton')
    expect((await loadEngine([stage])).name).toBe('simd')
    expect((await loadEngine([stage], 'automaton')).name).toBe('automaton')
    expect((await loadEngine([stage], 'reference')).name).toBe('reference')
    await expect(loadEngine([{ ...stage, pattern: 'a(' }])).rejects.toThrow(expect.objectContaining({ code: 'pattern' }))
  })
})
