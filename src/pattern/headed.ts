import { CODE_POINTS } from '../unicode/codePointSet.ts'
import { classOf } from './classes.ts'
import { compileStage, type CompiledStage } from './compile.ts'
import { sameAutomaton } from './equivalence.ts'
import { ROLE_LETTER, ROLE_OTHER } from './layout.ts'
import { pairsOf } from './local.ts'
import { hasMarks } from './machine.ts'

/*
 * Patterns such as BLOOM's, ` ?[^(\s|[.,!?…。，、।۔،])]+`: runs of some characters, each with the space in front of it, if there is one; what is between
 * is in pieces of its own. The kernel cuts such text without a machine (kernel/windows.ts).
 */

/** Such a machine has six. */
const MAX_STATES = 8

/** The role of each class: a letter is what the runs are of. Undefined if the pattern cuts in another way. */
export const findHeaded = (compiled: CompiledStage): Uint8Array | undefined => {
  const { stage, machine, partition, backward, unit } = compiled
  if (stage.behavior !== 'isolated' || unit !== 'code points') return undefined
  if (backward !== undefined || machine.next.length > MAX_STATES || hasMarks(machine)) return undefined
  const space = classOf(partition, SPACE)
  const { isCut } = pairsOf(compiled)
  const isLetter = Array.from({ length: partition.count }, (_, name) => name !== space && isCut(name, space) && !isCut(space, name))
  if (!isLetter.some(Boolean)) return undefined
  const stageOfSame = { ...stage, dialect: 'oniguruma' as const, pattern: ` ?[${rangesOf(compiled, isLetter)}]+` }
  return sameAutomaton(compiled, compileStage(stageOfSame)) ? Uint8Array.from(isLetter, (is) => (is ? ROLE_LETTER : ROLE_OTHER)) : undefined
}

const SPACE = 0x20

/** The code points of some classes, as they are written in a pattern. */
const rangesOf = ({ partition: { starts, classes } }: CompiledStage, isIn: readonly boolean[]): string =>
  starts
    .map((start, i) => (isIn[classes[i]] ? `${written(start)}-${written((starts[i + 1] ?? CODE_POINTS) - 1)}` : ''))
    .join('')

const written = (codePoint: number): string => `\\x{${codePoint.toString(16)}}`
