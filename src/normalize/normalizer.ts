import { parsePattern } from '../pattern/parse.ts'
import { of, size } from '../unicode/codePointSet.ts'
import type { Normalizer } from '../types.ts'
import { prependStep, stripStep } from './borders.ts'
import { byteLevelStep } from './byteLevel.ts'
import { composeMaps, createMap, mapStep, runStep } from './characterMap.ts'
import type { CharacterMap } from './codePointTable.ts'
import { formStep, type Form } from './forms.ts'
import { cleanBertText, lowercase, nmt, spaceBertChinese, stripAccents, stripBertAccents } from './maps.ts'
import { precompiledStep } from './precompiled.ts'
import { replaceLiteralStep, replaceRegexStep } from './replace.ts'
import { readySureText } from './readySureText.ts'
import { startSteps, startStretches } from './stretches.ts'
import { pairsOf, sureTextOf, withoutBorders, type SureText } from './sureText.ts'
import type { Emit, Step, TextStage } from './textStage.ts'

/**
 * Starts normalizing: text is pushed section by section and comes out rewritten, what needs no rewriting as it is and uncopied.
 *
 * @param emit takes the text that is final; it is valid only until the call returns
 * @throws PretokError 'pattern' or 'tokenizer' for a normalizer that cannot be; its stage throws 'limit' for text that keeps it waiting
 *   for 256 MiB
 */
export const createNormalizer = (normalizers: readonly Normalizer[], emit: Emit): TextStage => startSteps(stepsOf(normalizers), emit)

const sureTexts = new WeakMap<readonly Normalizer[], SureText | undefined>()

/** What the kernel can do of normalization; undefined if that is nothing. Made once for a list of normalizers, or when pretok was built. */
export const loadSureText = (normalizers: readonly Normalizer[]): SureText | undefined => {
  if (!sureTexts.has(normalizers)) {
    const rest = () => withoutBorders(stepsOf(normalizers))
    const ready = readySureText(normalizers, () => ({ pairs: pairsOf(rest()), start: (emit, onSolid) => startStretches(rest(), emit, onSolid) }))
    sureTexts.set(normalizers, ready ?? createSureText(normalizers))
  }
  return sureTexts.get(normalizers)
}

/** Makes it. */
export const createSureText = (normalizers: readonly Normalizer[]): SureText | undefined => sureTextOf(stepsOf(normalizers))

/**
 * Whether normalization leaves this text alone, and what is around it is the same with it and without it; and whether it makes none of it, neither of
 * other text nor by taking out what stands between its characters.
 */
export const keepsText = (normalizers: readonly Normalizer[], text: string): boolean => {
  const characters = Array.from(text)
  const canJoin = (map: CharacterMap | undefined): boolean => characters.length > 1 && map !== undefined && map.templates.includes('')
  return stepsOf(normalizers).every(
    ({ keeps, map }) => keeps !== undefined && characters.every((character) => keeps(character.codePointAt(0)!)) && !canJoin(map),
  )
}

/** Normalizes one whole text. */
export const normalizeText = (normalizers: readonly Normalizer[], text: string): string => {
  if (normalizers.length === 0) return text
  const { normalizer, parts } = started.get(normalizers) ?? startCollecting(normalizers)
  started.delete(normalizers) // an error leaves it in the middle of a text
  normalizer.push(Buffer.from(text))
  normalizer.end()
  started.set(normalizers, { normalizer, parts })
  return Buffer.concat(parts.splice(0)).toString('utf8')
}

/** A normalizer, and what has come out of it. */
interface Collecting {
  normalizer: TextStage
  parts: Buffer[]
}

/** Kept for the next text: to start is what takes time. */
const started = new WeakMap<readonly Normalizer[], Collecting>()

const startCollecting = (normalizers: readonly Normalizer[]): Collecting => {
  const parts: Buffer[] = []
  return { normalizer: createNormalizer(normalizers, (part) => parts.push(Buffer.from(part))), parts }
}

const compiled = new WeakMap<readonly Normalizer[], readonly Step[]>()

/** The steps of a list of normalizers; made once, since a run starts them for each chunk. */
export const stepsOf = (normalizers: readonly Normalizer[]): readonly Step[] => {
  let steps = compiled.get(normalizers)
  if (steps === undefined) compiled.set(normalizers, (steps = joinMaps(normalizers.flatMap(partsOf))))
  return steps
}

type Part = CharacterMap | Step

const isMap = (part: Part): part is CharacterMap => 'templates' in part

/** Maps that follow each other become one. */
const joinMaps = (parts: readonly Part[]): Step[] => {
  const steps: Step[] = []
  let map: CharacterMap | undefined
  for (const part of parts) {
    if (isMap(part)) map = map === undefined ? part : composeMaps(map, part)
    else {
      if (map !== undefined) steps.push(mapStep(map))
      map = undefined
      steps.push(part)
    }
  }
  if (map !== undefined) steps.push(mapStep(map))
  return steps
}

const partsOf = (normalizer: Normalizer): Part[] => {
  switch (normalizer.kind) {
    case 'nfc':
    case 'nfd':
    case 'nfkc':
    case 'nfkd':
      return [formStep(normalizer.kind.toUpperCase() as Form)]
    case 'lowercase':
      return [lowercase()]
    case 'strip-accents':
      return [stripAccents()]
    case 'nmt':
      return [nmt()]
    case 'byte-level':
      return [byteLevelStep]
    case 'bert':
      return partsOfBert(normalizer)
    case 'strip':
      return normalizer.left || normalizer.right ? [stripStep(normalizer.left, normalizer.right)] : []
    case 'prepend':
      return [prependStep(normalizer.text, normalizer.unlessThere)]
    case 'replace':
      return [replacement(normalizer)]
    case 'precompiled':
      return [precompiledStep(normalizer.charsmap)]
  }
}

/** tokenizers/src/normalizers/bert.rs, normalize: in this order. */
const partsOfBert = (bert: Normalizer & { kind: 'bert' }): Part[] => [
  ...(bert.cleanText ? [cleanBertText()] : []),
  ...(bert.handleChineseChars ? [spaceBertChinese()] : []),
  ...(bert.stripAccents ? [formStep('NFD'), stripBertAccents()] : []),
  ...(bert.lowercase ? [lowercase()] : []),
]

/** What replaces single characters is a map, and so is what replaces runs of them by nothing. */
const replacement = ({ pattern, isRegex, content }: Normalizer & { kind: 'replace' }): Part => {
  if (!isRegex && pattern !== '') {
    const [first, ...others] = pattern
    return others.length === 0 ? createMap([[of(first.codePointAt(0)!), content]]) : replaceLiteralStep(pattern, content)
  }
  const parsed = parsePattern(pattern, 'oniguruma')
  const { root } = parsed
  if (root.type === 'set') return createMap([[root.set, content]])
  if (root.type !== 'repeat' || !root.greedy || root.max !== Infinity || root.body.type !== 'set') return replaceRegexStep(parsed, content)
  const { set } = root.body
  if (root.min === 1) return content === '' ? createMap([[set, content]]) : runStep(set, content)
  if (root.min !== 2 || size(set) !== 1 || content === '') return replaceRegexStep(parsed, content)
  // one that stands alone becomes the same
  if (content === String.fromCodePoint(set[0])) return runStep(set, content)
  return { ...replaceRegexStep(parsed, content), runs: { ...runStep(set, content).runs, least: 2 } }
}
