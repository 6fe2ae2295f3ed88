import { lastTextEnd } from './borders.ts'
import type { Emit, RunStage, Step, TextStage } from './textStage.ts'

/** Normalizes stretches of a section that leave the kernel. */
export interface Stretches {
  /** Takes text of the current stretch. */
  push(text: Buffer): void
  /** The stretch ends: hands on the rest. */
  end(): void
  /** Whether what came out last, be it here or in the kernel, is the text for a run, which may go on. */
  isInRun: boolean
}

/**
 * Starts normalizing stretches by steps without prefixes. What stands behind a step that strips ends, or replaces runs, are maps, and at most one of each.
 *
 * @param onSolid all that has come out by now stays; what comes out later is white space that may be taken off the section's end, until the next call
 */
export const startStretches = (steps: readonly Step[], emit: Emit, onSolid: () => void): Stretches => {
  let runs: RunStage | undefined
  const first = steps.reduceRight<TextStage>(
    (next, step) => {
      // what the stretch ends in may go on behind it; the steps from here on keep nothing
      if (step.runs !== undefined) {
        runs = step.runs.start(next.push)
        return { push: runs.push, end() {} }
      }
      if (step.strips !== undefined) return { push: (text) => pushSolid(text, next.push, onSolid), end() {} }
      return startStep(step, next)
    },
    { push: emit, end() {} },
  )
  return {
    push: first.push,
    end: first.end,
    get isInRun() {
      return runs?.isInRun ?? false
    },
    set isInRun(value) {
      if (runs !== undefined) runs.isInRun = value
    },
  }
}

const pushSolid = (text: Buffer, push: Emit, onSolid: () => void): void => {
  const end = lastTextEnd(text)
  if (end > 0) {
    push(text.subarray(0, end))
    onSolid()
  }
  if (end < text.length) push(text.subarray(end))
}

/** Starts normalizing by steps, one behind the other. */
export const startSteps = (steps: readonly Step[], emit: Emit): TextStage =>
  steps.reduceRight<TextStage>((next, step) => startStep(step, next), { push: emit, end() {} })

const startStep = (step: Step, next: TextStage): TextStage => {
  const stage = step.start(next.push)
  return {
    push: stage.push,
    end() {
      stage.end()
      next.end()
    },
  }
}
