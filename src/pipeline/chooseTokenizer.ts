import { loadEngine } from '../count/readyEngine.ts'
import type { PretokenizeOptions } from '../options.ts'
import { leadingRewritesAsNormalizers } from '../tokenizer/leadingRewrites.ts'
import { loadTokenizer } from '../tokenizer/resolve.ts'
import type { RunPlan } from './runPlan.ts'

const CAN_BE_EMPTY = 'pattern: it can match the empty string'

/** The tokenizer and what runs it. What cannot be had or done fails here, before anything is read. */
export const chooseTokenizer = async ({
  tokenizer,
  engine: choice,
  onWarning,
}: PretokenizeOptions): Promise<Pick<RunPlan, 'pipeline' | 'engine'>> => {
  const named = await loadTokenizer(tokenizer)
  const pipeline = choice === 'reference' || choice === 'transformers.js' ? named : leadingRewritesAsNormalizers(named)
  if (pipeline.lacks !== undefined)
    onWarning?.(`tokenizer ${pipeline.name}: text is cut without ${pipeline.lacks}; its tokenizer.json has all`)
  if (choice === 'transformers.js') {
    const { loadTransformersJs, transformersJsEngine } = await import('../count/transformersJs.ts')
    const engine = transformersJsEngine(pipeline)
    await loadTransformersJs(engine)
    return { pipeline: { ...pipeline, normalizers: [] }, engine } // it normalizes, too
  }
  const engine = await loadEngine(pipeline.stages, choice)
  if (engine.name === 'reference' && choice !== 'reference')
    onWarning?.(
      engine.reason.startsWith(CAN_BE_EMPTY)
        ? 'the pattern can match the empty string: text in which it does is refused, as by tiktoken, and other text is split by the slower reference tier'
        : `the automaton cannot do this pattern, so the slower reference tier splits (${engine.reason})`,
    )
  return { pipeline, engine }
}
