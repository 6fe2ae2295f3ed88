import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { CONFORMANCE, hasConformance } from './conformance.ts'

/** A pipeline of the shared catalogue: components in the words of tokenizer.json, or `find_all` for tiktoken's patterns. */
export interface CataloguePipeline {
  stages: ({ type: string; pattern?: unknown } & Record<string, unknown>)[]
  normalizer: ({ type: string } & Record<string, unknown>) | null
}

/** What the reference engines made of the texts. */
export interface Vectors {
  texts: string[]
  /** `byteLevel`: pieces are in GPT-2's byte alphabet; `precompiledSkipped`: a Precompiled normalizer was left out. */
  pipelines: Record<string, { byteLevel: boolean; precompiledSkipped?: boolean; pieces: string[][] }>
  hubTexts: string[]
  hub: Record<string, Record<string, string[][]>>
}

const catalogue = (): { patterns: Record<string, CataloguePipeline>; hub_survey: { patterns: Record<string, string> } } =>
  JSON.parse(readFileSync(join(CONFORMANCE, 'catalogue.json'), 'utf8')) as never

export const cataloguePipelines = (): [name: string, pipeline: CataloguePipeline][] =>
  hasConformance ? Object.entries(catalogue().patterns) : []

export const hubPatterns = (): [name: string, pattern: string][] => (hasConformance ? Object.entries(catalogue().hub_survey.patterns) : [])

export const sharedVectors = (): Vectors | undefined =>
  hasConformance ? (JSON.parse(gunzipSync(readFileSync(join(CONFORMANCE, 'vectors.json.gz'))).toString()) as Vectors) : undefined
