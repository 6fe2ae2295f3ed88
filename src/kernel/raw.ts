import { bytesOf, compose, cut, endsInRun, hasClasses, isOfRun, readSure, readUnsure, startText } from './normalize'
import { noteText, startFinding } from './tokens'

/*
 * Raw text: what is normalized before it is split. It stands in a place of its own. Special tokens are looked for in it as it is, and what is
 * between them is put behind the text that is split:
 *
 *   for each stretch between two tokens, or as far as there is text:
 *     while it is sure what becomes of each code point, whatever is around it (normalize.ts): rewrite it
 *     what is only to be composed: compose it
 *     a stretch around others is left to the caller, who normalizes it and puts what becomes of it behind the text
 *
 * A stretch that is left ends where text can be cut; or it is open, and what follows belongs to it, too. White space that a token to come may strip waits
 * for what is behind it (strip.ts).
 */

/** What stands in front of each section that is not empty. */
export let prefix: usize = 0
export let prefixBytes: usize = 0

/** It is not put in front of sections that begin with one of these characters: pairs of words, their bytes and a mask for those that they have. */
let unless: usize = 0
let unlessEnd: usize = 0

export function setPrefix(at: usize, bytes: usize, unlessAt: usize, unlessCount: usize): void {
  prefix = at
  prefixBytes = bytes
  unless = unlessAt
  unlessEnd = unlessAt + (unlessCount << 3)
}

/** Whether there is raw text of this section. */
let hasBegun: bool = false

/** Whether the prefix is to be put down now: raw text [at, stop) comes. */
export function beginsNow(at: usize, stop: usize): bool {
  if (at >= stop || hasBegun) return false
  hasBegun = true
  if (prefixBytes == 0) return false
  for (let pair = unless; pair < unlessEnd; pair += 8) if ((load<u32>(at) & load<u32>(pair, 4)) == load<u32>(pair)) return false
  return true
}

/** The section ends. */
export function endSection(): void {
  hasBegun = false
  startText()
}

/** The stretch ends here that is left to the caller; it begins where the reading stopped. 0: none is. */
export let leftEnd: usize = 0
export let isOpen: bool = false
/** Where the text ends, from where the reading stopped, that was composed (normalize.ts); 0: none was. */
export let composedEnd: usize = 0
/** No token begins in the raw text before this place. */
export let searched: usize = 0

/** Where documents end in the raw text, besides where tokens are: addresses, u32 each. What comes behind the last one goes on. */
let ends: usize = 0
let endsEnd: usize = 0

export function setRawEnds(at: usize, count: usize): void {
  ends = at
  endsEnd = at + (count << 2)
}

/** The end of the document that stands next in the raw text, or NO_END. */
export const NO_END: usize = usize.MAX_VALUE

export function nextEnd(): usize {
  return ends == endsEnd ? NO_END : <usize>load<u32>(ends)
}

export function passEnd(): void {
  ends += 4
}

/** More raw text has come, and may stand elsewhere. */
export function startRaw(): void {
  startFinding()
  searched = 0
  putBytes = 0
}

export function noteSearched(place: usize): void {
  searched = place
}

/** Bytes that were put behind the text; what the caller puts there is not counted. */
export let putBytes: u32 = 0

export function notePut(bytes: usize): void {
  if (bytes == 0) return
  putBytes += <u32>bytes
  noteText()
}

/**
 * How far it is sure what becomes of the raw text [at, stop); what is behind that was composed (`composedEnd`), is left to the caller (`leftEnd`), or waits.
 *
 * @param isEnd whether what follows has nothing to do with it
 */
export function sureEnd(at: usize, stop: usize, isEnd: bool): usize {
  leftEnd = 0
  composedEnd = 0
  if (isOpen) {
    leaveMore(at, stop, isEnd)
    return at
  }
  if (!hasClasses) return stop
  const unsure = readSure(at, stop)
  if (unsure == stop) return isEnd ? stop : behindRun(cut, stop)
  composedEnd = compose(cut, stop, isEnd)
  if (composedEnd != 0) return cut
  const safe = behindRun(cut, unsure)
  const calm = readUnsure(unsure, stop)
  if (calm != 0) leftEnd = calm
  else if (isEnd) leftEnd = stop
  else if (cut > safe) leftEnd = cut
  else leaveOpen(stop)
  return safe
}

/** What belongs to a run has nothing to do with what follows, and no stretch that is left may begin with it: others of the run may be before it. */
function behindRun(at: usize, end: usize): usize {
  return at < end && isOfRun(at) ? at + bytesOf(load<u8>(at)) : at
}

/** All up to `stop` is left to the caller, and what follows may have to do with it. */
export function leaveOpen(stop: usize): void {
  leftEnd = stop
  isOpen = true
}

/** If a stretch at this place is left to the caller, what comes next is behind it. */
export function passLeft(at: usize): void {
  if (leftEnd > at) endsInRun(leftEnd)
}

function leaveMore(at: usize, stop: usize, isEnd: bool): void {
  if (at == stop && !isEnd) return
  const calm = readUnsure(at, stop)
  leftEnd = calm != 0 ? calm : stop
  isOpen = calm == 0 && !isEnd
}
