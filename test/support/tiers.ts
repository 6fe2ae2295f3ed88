import { classMembers } from '../../src/pattern/classes.ts'
import { compileStage, type CompiledStage } from '../../src/pattern/compile.ts'
import { fuseStages } from '../../src/pattern/fuse.ts'
import { withFamily } from '../../src/pattern/withFamily.ts'
import type { Compiled } from '../../src/pattern/pack.ts'
import { appendText, createBlock, endDocument, isDropped, nextBoundary } from '../../src/split/block.ts'
import { createKernelSplitter } from './kernelSplitter.ts'
import { createRegexPasses, splitBlock } from '../../src/split/regexPasses.ts'
import type { SplitStage, Stage } from '../../src/types.ts'
import { cutsOf } from './stages.ts'

/** Cuts documents; a cut is its position, negative if the text that ends there is in no piece. */
export type CutDocuments = (documents: readonly string[]) => number[]

/** Text in no piece may be cut anywhere: neighbours are joined. */
const joinGaps = (cuts: readonly number[]): number[] => cuts.filter((cut, i) => !(cut < 0 && cuts[i + 1] < 0))

const encode = (documents: readonly string[]): { bytes: Buffer; ends: number[] } => {
  let end = 0
  return { ends: documents.map((document) => (end += Buffer.byteLength(document))), bytes: Buffer.from(documents.join('')) }
}

export const referenceTier = (stages: readonly Stage[]): CutDocuments => {
  const regexPasses = createRegexPasses(cutsOf(...stages))
  return (documents) => {
    const { bytes } = encode(documents)
    const block = createBlock(bytes.length, stages.length)
    for (const document of documents) {
      appendText(block, Buffer.from(document))
      endDocument(block)
    }
    const limit = splitBlock(regexPasses, block)
    const cuts: number[] = []
    for (let start = 0, end; (end = nextBoundary(block, start + 1, limit)) !== -1; start = end)
      cuts.push(isDropped(block, start) ? -end : end)
    return joinGaps(cuts)
  }
}

export const kernelTier = (stages: readonly Stage[]): CutDocuments => kernelOf(compileAll(stages))

/** Undefined if the kernel does not know the stage's pattern by heart. */
export const simdTier = (stage: SplitStage): CutDocuments | undefined => {
  const compiled = compileStage(stage)
  const tables = withFamily(compiled)
  return tables && kernelOf([{ ...compiled, tables }])
}

/** Neighbouring stages as one machine. */
export const fusedTier = (stages: readonly Stage[]): CutDocuments => kernelOf(fuseStages(compileAll(stages)))

const compileAll = (stages: readonly Stage[]): CompiledStage[] => cutsOf(...stages).map(({ stage, unit }) => compileStage(stage, unit))

const kernelOf = (machines: readonly Compiled[]): CutDocuments => {
  const split = createKernelSplitter(machines.map(({ tables }) => tables))
  return (documents) => {
    const { bytes, ends } = encode(documents)
    return joinGaps(split(bytes, ends).map(({ end, isDropped: isGap }) => (isGap ? -end : end)))
  }
}

/** One or two code points of each class; those of several bytes first, since they are the harder ones. */
export const representatives = ({ partition }: Compiled, perClass = 1): string[] =>
  Array.from({ length: partition.count }, (_, name) => {
    const members = classMembers(partition, name)
    const ascii = members.find((at, i) => i % 2 === 0 && at < 128)
    const other = members.findLast((_, i) => i % 2 === 0)!
    return [...new Set(ascii === undefined ? [other] : [ascii, other])].slice(0, perClass)
  })
    .flat()
    .map((codePoint) => String.fromCodePoint(codePoint))

/** All strings over an alphabet with `length` characters, in lists of up to 2,000. */
export function* allStrings(alphabet: readonly string[], length: number): Generator<string[]> {
  const total = alphabet.length ** length
  for (let first = 0; first < total; first += 2000)
    yield Array.from({ length: Math.min(2000, total - first) }, (_, i) => {
      let text = ''
      for (let k = 0, rest = first + i; k < length; k++, rest = Math.floor(rest / alphabet.length)) text += alphabet[rest % alphabet.length]
      return text
    })
}
