import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { huggingFace, tiktoken } from '../../src/tokenizer/patternPipeline.ts'
import type { SplitStage } from '../../src/types.ts'
import { DROP_GAPS, KEEP_GAPS } from './stages.ts'

/** The folder of conformance data, which is not part of the repository: beside it, or named by PRETOK_CONFORMANCE. */
export const CONFORMANCE = process.env.PRETOK_CONFORMANCE ?? join(import.meta.dirname, '../../../shared/conformance')

export const hasConformance = existsSync(CONFORMANCE)

interface CatalogueStage {
  type: string
  pattern?: string | { Regex?: string }
  invert?: boolean
  use_regex?: boolean
}

const GPT2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

const stageOf = ({ type, pattern, invert, use_regex }: CatalogueStage): SplitStage[] => {
  if (type === 'find_all') return [tiktoken(pattern as string)]
  const regex =
    type === 'ByteLevel' && use_regex === true ? GPT2 : type === 'Split' && typeof pattern === 'object' ? pattern.Regex : undefined
  return regex === undefined ? [] : [{ ...huggingFace(regex), ...(invert === true ? DROP_GAPS : KEEP_GAPS) }]
}

/** Every different stage with a regex of the named pipelines, and the regexes of the hub survey with both treatments of gaps. */
export const catalogueStages = (): [name: string, stage: SplitStage][] => {
  if (!hasConformance) return []
  const catalogue = JSON.parse(readFileSync(join(CONFORMANCE, 'catalogue.json'), 'utf8')) as {
    patterns: Record<string, { stages: CatalogueStage[] }>
    hub_survey: { patterns: Record<string, string> }
  }
  const stages = new Map<string, [string, SplitStage]>()
  const add = (name: string, stage: SplitStage) => {
    const key = JSON.stringify(stage)
    if (!stages.has(key)) stages.set(key, [`${name} ${stage.behavior}`, stage])
  }
  for (const [name, { stages: list }] of Object.entries(catalogue.patterns)) list.flatMap(stageOf).forEach((stage) => add(name, stage))
  for (const [name, pattern] of Object.entries(catalogue.hub_survey.patterns))
    for (const gaps of [KEEP_GAPS, DROP_GAPS]) add(name, { ...huggingFace(pattern), ...gaps })
  return [...stages.values()]
}

export const conformanceTexts = (): string[] => {
  if (!hasConformance) return []
  const vectors = JSON.parse(gunzipSync(readFileSync(join(CONFORMANCE, 'vectors.json.gz'))).toString()) as {
    texts: string[]
    hubTexts: string[]
  }
  return [...vectors.texts, ...vectors.hubTexts].map((text) => text.toWellFormed())
}
