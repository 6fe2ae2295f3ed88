import { createMap, mapCharacter, mapStep, type Change } from './characterMap.ts'
import { DEAD, readCharsmap, START, type Charsmap } from './charsmap.ts'
import { forEachCluster, graphemeBreaks, standsAlone } from './graphemes.ts'
import { createQuickCheckStage, packClasses, SETTLED, UNSURE } from './quickCheck.ts'
import type { Step } from './textStage.ts'

/*
 * SentencePiece's precompiled charsmap, as the reference applies it (tokenizers/src/normalizers/precompiled.rs and the crate
 * spm_precompiled): each grapheme cluster of less than six bytes as a whole, if the map has a key that it begins with; otherwise each of
 * its characters. The shortest such key counts, and what takes its place takes the place of the whole.
 *
 * Where no cluster of several characters can be, this is a map of characters; so a quick check finds where one can.
 */

const WHOLE_CLUSTER_BYTES = 6
const MAX_REMEMBERED = 1 << 16

/** @throws PretokError 'tokenizer' if it is no charsmap */
export const precompiledStep = (base64: string): Step => {
  const charsmap = readCharsmap(base64)
  const map = createMap(singleCharacters(charsmap))
  const characters = mapStep(map)
  const breaks = graphemeBreaks()
  const classes = packClasses({ ...breaks, blocks: breaks.blocks.map((value) => (standsAlone(value) ? SETTLED : UNSURE)) })

  const rewriteCluster = (cluster: string): string => {
    const bytes = Buffer.from(cluster)
    const whole = bytes.length < WHOLE_CLUSTER_BYTES ? replacementOf(charsmap, bytes) : undefined
    return whole ?? Array.from(cluster, (character) => mapCharacter(map, character)).join('')
  }

  /** What becomes of clusters that were met; text has few different ones. */
  const rewritten = new Map<string, string>()
  const rewrite = (text: string): string => {
    let out = ''
    forEachCluster(breaks, text, (start, end) => {
      const cluster = text.slice(start, end)
      let made = rewritten.get(cluster)
      if (made === undefined) {
        if (rewritten.size === MAX_REMEMBERED) rewritten.clear()
        rewritten.set(cluster, (made = rewriteCluster(cluster)))
      }
      out += made
    })
    return out
  }

  return {
    start(emit) {
      const mapped = characters.start(emit)
      return createQuickCheckStage(
        classes,
        (text) => Buffer.from(rewrite(text.toString('utf8'))),
        emit,
        (text) => mapped.push(text),
      )
    },
  }
}

/** Where the code points of one to four bytes begin and end. */
const LENGTH_BORDERS = [0, 0x80, 0x800, 0x10000, 0x110000]

/** What becomes of single characters. A key may be the first bytes of many. */
const singleCharacters = (charsmap: Charsmap): Change[] => {
  const changes: Change[] = []
  /** `state` is behind `length - missing` bytes, of which `value` holds the bits; that many bytes are missing. */
  const visit = (state: number, value: number, length: number, missing: number): void => {
    if (state === DEAD) return
    const replacement = charsmap.replacementIn(state)
    if (replacement !== undefined) {
      const start = Math.max(value << (6 * missing), LENGTH_BORDERS[length - 1])
      const end = Math.min((value + 1) << (6 * missing), LENGTH_BORDERS[length])
      changes.push([[start, end], replacement])
    } else if (missing > 0)
      for (let bits = 0; bits < 64; bits++) visit(charsmap.next(state, 0x80 | bits), (value << 6) | bits, length, missing - 1)
  }
  for (let lead = 1; lead < 0x80; lead++) visit(charsmap.next(START, lead), lead, 1, 0)
  for (let lead = 0xc2; lead < 0xf5; lead++) {
    const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    visit(charsmap.next(START, lead), lead & (0x7f >> length), length, length - 1)
  }
  return changes
}

/** What the shortest key that these bytes begin with is replaced by. */
const replacementOf = (charsmap: Charsmap, bytes: Uint8Array): string | undefined => {
  let state = START
  for (const byte of bytes) {
    state = charsmap.next(state, byte)
    if (state === DEAD) return undefined
    const replacement = charsmap.replacementIn(state)
    if (replacement !== undefined) return replacement
  }
  return undefined
}
