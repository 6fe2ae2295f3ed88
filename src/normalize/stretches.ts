import { runStep } from './characterMap.ts'
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

/** Starts normalizing stretches by steps without prefixes, at most one of which replaces runs; those behind it are maps. */
export const startStretches = (steps: readonly Step[], emit: Emit): Stretches => {
  const runsAt = steps.findIndex(({ runs }) => runs !== undefined)
  if (runsAt === -1) return { ...startSteps(steps, emit), isInRun: false }
  const { set, content } = steps[runsAt].runs!
  const behind = startSteps(steps.slice(runsAt + 1), emit)
  const runs: RunStage = runStep(set, content).start(behind.push)
  const before = startSteps(steps.slice(0, runsAt), runs.push)
  return {
    push: before.push,
    end: before.end, // the others keep nothing
    get isInRun() {
      return runs.isInRun
    },
    set isInRun(value) {
      runs.isInRun = value
    },
  }
}

/** Starts normalizing by steps, one behind the other. */
export const startSteps = (steps: readonly Step[], emit: Emit): TextStage =>
  steps.reduceRight<TextStage>(
    (next, step) => {
      const stage = step.start((text) => next.push(text))
      return {
        push: stage.push,
        end() {
          stage.end()
          next.end()
        },
      }
    },
    { push: emit, end() {} },
  )
