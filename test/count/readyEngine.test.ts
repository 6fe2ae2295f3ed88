import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chooseEngine } from '../../src/count/chooseEngine.ts'
import { engineFile, loadEngine, packEngine, readyEngine } from '../../src/count/readyEngine.ts'
import { isComplete, PRESETS, presetPipeline } from '../../src/tokenizer/presets.ts'
import type { Stage } from '../../src/types.ts'

const stagesOf = (name: string): readonly Stage[] => presetPipeline(name)!.stages
const names = PRESETS.filter(isComplete).map(({ name }) => name)

describe('engines made ahead', () => {
  test.each(names)('%s: what the compiler makes now', (name) => {
    const [ready, compiled] = [readyEngine(stagesOf(name))!, chooseEngine(stagesOf(name))]
    expect(ready.name).toBe(compiled.name)
    expect(packEngine(ready).equals(packEngine(compiled))).toBe(true)
  })

  test('there is one for each preset, and no other', () => {
    const files = readdirSync(join(resolve(import.meta.dirname, '../..'), 'dist/engines'))
    expect(files.sort()).toEqual([...new Set(names.map((name) => engineFile(stagesOf(name))))].sort())
  })

  test('other stages, and tiers that are asked for, are compiled', async () => {
    const [stage] = stagesOf('gpt2') as [Stage & { kind: 'split' }]
    const other = [{ ...stage, pattern: 'a+|b' }]
    expect(readyEngine(other)).toBeUndefined()
    expect((await loadEngine(other)).name).toBe('automaton')
    expect((await loadEngine([stage])).name).toBe('simd')
    expect((await loadEngine([stage], 'automaton')).name).toBe('automaton')
    expect((await loadEngine([stage], 'reference')).name).toBe('reference')
    await expect(loadEngine([{ ...stage, pattern: 'a(' }])).rejects.toThrow(expect.objectContaining({ code: 'pattern' }))
  })
})
