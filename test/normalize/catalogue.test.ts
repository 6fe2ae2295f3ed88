import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { normalizeText } from '../../src/normalize/normalizer.ts'
import { readNormalizer } from '../../src/tokenizer/readNormalizer.ts'
import { makeCharsmap, keyOf } from '../support/charsmap.ts'
import { CONFORMANCE, conformanceTexts, hasConformance } from '../support/conformance.ts'
import { officialNormalize } from '../support/oracle.ts'

/** The catalogue names charsmaps that come with models; any one does here. */
const CHARSMAP = makeCharsmap([
  ['\n', ' '],
  ['\t', ' '],
  [keyOf('ﬁ'), 'fi'],
  [keyOf('e\u0301'), 'é'],
  [keyOf('\u200d'), ' '],
  [keyOf('\u3000'), ' '],
])

/** The different normalizers of the named pipelines, as they stand in tokenizer.json. */
const catalogueNormalizers = (): [name: string, config: unknown][] => {
  const { patterns } = JSON.parse(readFileSync(join(CONFORMANCE, 'catalogue.json'), 'utf8')) as {
    patterns: Record<string, { normalizer?: object | null }>
  }
  const different = new Map<string, [string, unknown]>()
  for (const [name, { normalizer }] of Object.entries(patterns)) {
    const text = JSON.stringify(normalizer ?? null).replace(/"<[^"]*>"/g, JSON.stringify(CHARSMAP))
    if (text !== 'null' && !different.has(text)) different.set(text, [name, JSON.parse(text)])
  }
  return [...different.values()]
}

describe.runIf(hasConformance)('the normalizers of the catalogue', () => {
  test.each(hasConformance ? catalogueNormalizers() : [])('%s', (_, value) => {
    const normalizers = readNormalizer({ file: 'tokenizer.json', path: 'normalizer', value })
    const official = officialNormalize(normalizers)
    for (const text of conformanceTexts()) expect(normalizeText(normalizers, text)).toBe(official(text))
  })
})
