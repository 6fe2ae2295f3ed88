import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createSureText, loadSureText } from '../../src/normalize/normalizer.ts'
import { prepareSureText, readySureText } from '../../src/normalize/readySureText.ts'
import { packPrepared, preparedName } from '../../src/prepared.ts'
import { leadingRewritesAsNormalizers } from '../../src/tokenizer/leadingRewrites.ts'
import { isComplete, PRESETS, presetPipeline } from '../../src/tokenizer/presets.ts'
import type { Normalizer } from '../../src/types.ts'
import type { SureText } from '../../src/normalize/sureText.ts'
import type { Emit, TextStage } from '../../src/normalize/textStage.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const TEXT = 'Ünïcode  e\u0301 ﬁ 中文 ▁ \u0345a\u0300\u0327b\u00ad\u200d İSTANBUL가각 x'

const collected = (start: (emit: Emit) => TextStage, text: string): string => {
  const parts: Buffer[] = []
  const stage = start((part) => parts.push(Buffer.from(part)))
  stage.push(Buffer.from(text))
  stage.end()
  return Buffer.concat(parts).toString()
}

const stretchesOf =
  (sure: SureText) =>
  (emit: Emit): TextStage =>
    sure.start(emit, () => {})

const lists = new Map<string, readonly Normalizer[]>()
for (const { name } of PRESETS.filter(isComplete)) {
  const { normalizers } = leadingRewritesAsNormalizers(presetPipeline(name)!)
  if (normalizers.length > 0) lists.set(preparedName(normalizers), normalizers)
}

describe('what the kernel can do of the normalization of presets, made ahead', () => {
  test.each([...lists])('%s: what is made now', (name, normalizers) => {
    const sure = createSureText(normalizers)
    if (sure === undefined) return expect(readySureText(normalizers, () => expect.fail())).toBeUndefined()
    const ready = loadSureText(normalizers)!
    const parts = ({ classes, map, run, prefix, initial, strips, stripsEnds, pairs }: SureText) => ({ classes, map, run, prefix, initial, strips, stripsEnds, pairs: pairs && [pairs.of, pairs.pack()] })
    expect(parts(ready)).toEqual(parts(sure))
    expect(preparedName(normalizers)).toBe(name)
    expect(packPrepared(normalizers, prepareSureText(ready)).equals(packPrepared(normalizers, prepareSureText(sure)))).toBe(true)
    expect(collected(stretchesOf(ready), TEXT)).toBe(collected(stretchesOf(sure), TEXT))
  })

  test('there is one for each, and no other', () => {
    const made = [...lists].filter(([, normalizers]) => createSureText(normalizers) !== undefined).map(([name]) => name)
    expect(made.length).toBeGreaterThan(5)
    expect(readdirSync(join(ROOT, 'dist/normalizers')).sort()).toEqual(made.sort())
  })

  test('others are made when they are wanted', () => {
    const normalizers: Normalizer[] = [{ kind: 'replace', pattern: 'q', isRegex: false, content: 'Q' }]
    expect(readySureText(normalizers, () => expect.fail())).toBeUndefined()
    expect(collected(stretchesOf(loadSureText(normalizers)!), 'qa')).toBe('Qa')
  })
})
