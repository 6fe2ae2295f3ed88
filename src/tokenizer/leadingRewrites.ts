import type { Normalizer, Pipeline, Stage } from '../types.ts'

/**
 * The same pipeline with what it does to a section before it cuts it for the first time as normalizers: that is what the kernel does to text as it
 * is read. (Tokens that are found in normalized text are found before that.)
 */
export const leadingRewritesAsNormalizers = (pipeline: Pipeline): Pipeline => {
  const { addedTokens, normalizers, stages } = pipeline
  if (addedTokens.some(({ normalized }) => normalized)) return pipeline
  // if all tokens end documents, each section is the first of its document
  const areAllFirst = addedTokens.every(({ special }) => special)
  const leading: Normalizer[] = []
  for (const stage of stages) {
    const rewrite = asNormalizer(stage, areAllFirst)
    if (rewrite === undefined) break
    leading.push(rewrite)
  }
  return leading.length === 0 ? pipeline : { ...pipeline, normalizers: [...normalizers, ...leading], stages: stages.slice(leading.length) }
}

const asNormalizer = (stage: Stage, areAllFirst: boolean): Normalizer | undefined => {
  if (stage.kind === 'replace') return stage.from === '' ? undefined : { kind: 'replace', pattern: stage.from, isRegex: false, content: stage.to }
  const isOfEach = stage.kind === 'prepend' && (stage.where === 'every' || areAllFirst)
  return isOfEach ? { kind: 'prepend', text: stage.text, unlessThere: true } : undefined
}
