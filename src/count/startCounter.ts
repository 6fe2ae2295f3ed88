import type { Phase } from '../split/phases.ts'
import type { CounterLimits, TextCounter } from './counter.ts'
import type { Engine } from './engine.ts'
import { createKernelCounter } from './kernelCounter.ts'

/**
 * A counter for any engine; all but the kernel is loaded by who needs it.
 *
 * @throws PretokError 'tokenizer' if transformers.js cannot be had
 */
export const startCounter = async (engine: Engine, limits: CounterLimits): Promise<TextCounter> => {
  if (engine.name === 'transformers.js') {
    const { createTransformersJsCounter, loadTransformersJs } = await import('./transformersJs.ts')
    return createTransformersJsCounter(await loadTransformersJs(engine), limits)
  }
  if (engine.name !== 'reference' && isOneCut(engine.phases)) return createKernelCounter(engine.tables, limits)
  const { createCounter } = await import('./createCounter.ts')
  return createCounter(engine, limits)
}

/** Whether nothing is rewritten. */
const isOneCut = ([{ rewrites }, ...later]: readonly Phase[]): boolean => rewrites.length === 0 && later.length === 0
