import { isUtf8 } from 'node:buffer'
import { members } from '../unicode/codePointSet.ts'
import { createMap, mapCharacter, mapStep, type Change } from './characterMap.ts'
import { DEAD, readCharsmap, START, type Charsmap } from './charsmap.ts'
import { combineTables, createBytes, TableMaker, valueAt, type CharacterMap, type CodePointTable, type QuickCheckClasses } from './codePointTable.ts'
import { MOST_PAIRS, packPairs } from './pairs.ts'
import { beginsClusters, bindsAll, clusterRoleOf, continuesSyllables, extendsClusters, forEachCluster, graphemeBreaks } from './graphemes.ts'
import { createQuickCheckStage, LEADING, MAYBE, ORDER, packClasses, SETTLED, UNSURE } from './quickCheck.ts'
import type { Step } from './textStage.ts'

/*
 * SentencePiece's precompiled charsmap, as the reference applies it (tokenizers/src/normalizers/precompiled.rs and the crate
 * spm_precompiled): each grapheme cluster of less than six bytes as a whole, if the map has a key that it begins with; otherwise each of
 * its characters. The shortest such key counts, and what takes its place takes the place of the whole.
 *
 * Where no cluster of several characters is replaced as a whole, this is a map of characters; so a quick check finds where one may be.
 */

/** A cluster of so many bytes, or less, is replaced as a whole. */
const MOST_WHOLE_BYTES = 5
const MAX_REMEMBERED = 1 << 16
/** The only cluster with a line feed but itself. */
const LINE_END = Buffer.from('\r\n')

/** Decomposed. Behind what binds nothing, a cluster begins with it, which is too long to be replaced as a whole. */
const HANGUL_SYLLABLE = /^[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?$/

/** @throws PretokError 'tokenizer' if it is no charsmap */
export const precompiledStep = (base64: string): Step => {
  const charsmap = readCharsmap(base64)
  const { changes, beginning } = keysOf(charsmap)
  const map = createMap(changes)
  const characters = mapStep(map)
  const breaks = graphemeBreaks()
  const canBind = members(beginning).some((codePoint) => bindsAll(valueAt(breaks, codePoint)))
  const classes = classesOf(breaks, beginning, canBind)

  const rewriteCluster = (cluster: string): string => {
    const bytes = Buffer.from(cluster)
    const whole = bytes.length <= MOST_WHOLE_BYTES ? replacementOf(charsmap, bytes) : undefined
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
    ...(!canBind && {
      canCutBefore: (codePoint: number) => valueAt(classes.table, codePoint) === SETTLED && beginsClusters(valueAt(breaks, codePoint)),
    }),
    classes,
    settles: (text) => HANGUL_SYLLABLE.test(text),
    mapped: map,
    pairs: { of: 'clusters', pack: () => pairsIn(charsmap, beginning, map, (codePoint) => extendsClusters(valueAt(breaks, codePoint))) },
  }
}

/** The keys of a charsmap, by the characters that they begin with. */
interface Keys {
  /** What becomes of single characters. */
  changes: Change[]
  /** Characters with which clusters may begin that are replaced as a whole: half-open ranges in one flat array. */
  beginning: number[]
}

/** A key may be the first bytes of many characters. */
const keysOf = (charsmap: Charsmap): Keys => {
  const changes: Change[] = []
  const beginning: number[] = []
  /** `state` is behind `length - missing` bytes, of which `value` holds the bits; that many bytes are missing. */
  const visit = (state: number, value: number, length: number, missing: number): void => {
    if (state === DEAD) return
    const replacement = charsmap.replacementIn(state)
    const start = Math.max(value << (6 * missing), LENGTH_BORDERS[length - 1])
    const end = Math.min((value + 1) << (6 * missing), LENGTH_BORDERS[length])
    if (replacement !== undefined) changes.push([[start, end], replacement])
    else if (missing > 0)
      for (let bits = 0; bits < 64; bits++) visit(charsmap.next(state, 0x80 | bits), (value << 6) | bits, length, missing - 1)
    const canBegin = replacement !== undefined || (missing === 0 && hasKeyBehind(charsmap, state, MOST_WHOLE_BYTES - length))
    if (canBegin && length < MOST_WHOLE_BYTES) beginning.push(start, end)
  }
  for (let lead = 1; lead < 0x80; lead++) visit(charsmap.next(START, lead), lead, 1, 0)
  for (let lead = 0xc2; lead < 0xf5; lead++) {
    const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    visit(charsmap.next(START, lead), lead & (0x7f >> length), length, length - 1)
  }
  return { changes, beginning }
}

/** Whether a key ends at most so many bytes behind a state. */
const hasKeyBehind = (charsmap: Charsmap, state: number, bytes: number): boolean => {
  for (let byte = 1; bytes > 0 && byte < 0xf5; byte++) {
    const next = charsmap.next(state, byte)
    if (next !== DEAD && (charsmap.replacementIn(next) !== undefined || hasKeyBehind(charsmap, next, bytes - 1))) return true
  }
  return false
}

/**
 * For the kernel: what a character and a mark are replaced by, and, with 0 in place of the mark, 1, if nothing else that is replaced as a whole begins with the
 * character; and what a carriage return and a line feed are. What takes their place must stay, and take no more room: the kernel has none.
 */
const pairsIn = (
  charsmap: Charsmap,
  beginning: readonly number[],
  { numbers }: CharacterMap,
  isMark: (codePoint: number) => boolean,
): Uint32Array => {
  const stays = (codePoint: number): boolean => valueAt(numbers, codePoint) === 0
  /** What is put down in place of so many bytes, if that is one character of such a kind. */
  const madeOf = (replacement: string, bytes: number): number | undefined => {
    const [made, ...others] = Array.from(replacement, (character) => character.codePointAt(0)!)
    return made !== undefined && others.length === 0 && stays(made) && Buffer.byteLength(replacement) <= bytes ? made : undefined
  }
  const pairs: [number, number, number][] = []
  const lineEnd = madeOf(replacementOf(charsmap, LINE_END) ?? '', LINE_END.length)
  if (lineEnd !== undefined) pairs.push([LINE_END[0], LINE_END[1], lineEnd])
  for (const first of members(beginning)) {
    const bytes = Buffer.from(String.fromCodePoint(first))
    const state = bytes.reduce((state, byte) => (state === DEAD ? DEAD : charsmap.next(state, byte)), START)
    const replaced = stays(first) ? replacedBehind(charsmap, state, MOST_WHOLE_BYTES - bytes.length) : []
    const own = replaced.flatMap(([key, replacement]): [number, number, number][] => {
      const [mark, ...otherMarks] = isUtf8(key) ? key.toString() : ''
      const made = madeOf(replacement, bytes.length + key.length)
      if (made === undefined || mark === undefined || otherMarks.length > 0) return []
      return isMark(mark.codePointAt(0)!) ? [[first, mark.codePointAt(0)!, made]] : []
    })
    if (own.length > 0 && own.length === replaced.length && pairs.length + own.length < MOST_PAIRS) pairs.push([first, 0, 1], ...own)
  }
  return packPairs(pairs)
}

/** The keys of at most so many bytes behind a state, without those that begin with others, and what each is replaced by. */
const replacedBehind = (charsmap: Charsmap, state: number, bytes: number, key: readonly number[] = []): [key: Buffer, replacement: string][] => {
  const replaced: [Buffer, string][] = []
  for (let byte = 1; bytes > 0 && byte < 0xf5; byte++) {
    const next = charsmap.next(state, byte)
    if (next === DEAD) continue
    const longer = [...key, byte]
    const replacement = charsmap.replacementIn(next)
    if (replacement === undefined) replaced.push(...replacedBehind(charsmap, next, bytes - 1, longer))
    else replaced.push([Buffer.from(longer), replacement])
  }
  return replaced
}

/** The least and the greatest number of a mark. */
const FIRST = 1
const LAST = ORDER

/**
 * The classes of code points by whether they may be in a cluster that is replaced as a whole: one that begins with a character with which a key begins,
 * and has at most five bytes.
 *
 * Where such a character may be inside of a cluster, nobody can tell by it and what follows: it is unsure; but for marks of three bytes, which stay what
 * they are inside, and may only begin a cluster (of which there is nothing before it) if a mark of two bytes follows. That is told by their numbers.
 *
 * @param canBind whether such a character may bind what is behind it. Then, a syllable behind it that goes on makes the cluster too long.
 */
const classesOf = (breaks: CodePointTable<Uint8Array>, beginning: readonly number[], canBind: boolean): QuickCheckClasses => {
  const begins = new TableMaker(createBytes)
  begins.fill(beginning, 1)
  const lengths = new TableMaker(createBytes)
  for (let length = 1; length <= 4; length++) lengths.fill([LENGTH_BORDERS[length - 1], LENGTH_BORDERS[length]], length)
  const lengthsAndBegins = combineTables(lengths.table(), begins.table(), createBytes, (length, canBegin) => 2 * length + canBegin)
  return packClasses(
    combineTables(breaks, lengthsAndBegins, createBytes, (value, other) =>
      canBind && continuesSyllables(value) ? UNSURE : classOf(value, other >> 1, (other & 1) === 1),
    ),
  )
}

const classOf = (value: number, length: number, canBegin: boolean): number => {
  switch (clusterRoleOf(value)) {
    case 'apart':
      return SETTLED
    case 'return':
      return canBegin ? UNSURE : SETTLED // the kernel knows what becomes of it, if pairsIn tells
    case 'binds':
      return UNSURE
    case 'marks':
      if (length < 3) return canBegin ? UNSURE : MAYBE | FIRST
      return canBegin && length === 3 ? MAYBE | LAST : MAYBE
    case 'inside':
      return canBegin ? UNSURE : SETTLED
    case 'first':
      return canBegin && length < 4 ? LEADING : SETTLED
  }
}

/** Where the code points of one to four bytes begin and end. */
const LENGTH_BORDERS = [0, 0x80, 0x800, 0x10000, 0x110000]

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
