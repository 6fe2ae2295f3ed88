import { compose } from './compose'
import { cut, hasClasses, readSure, readUnsure } from './quickCheck'
import { startText } from './rewrite'
import { noteText, startFinding } from './tokens'

/*
 * Raw text: what is normalized before it is split. It stands in a place of its own. Special tokens are looked for in it as it is, and what is
 * between them is put behind the text that is split:
 *
 *   for each stretch between two tokens, or as far as there is text:
 *     while it is sure what becomes of each code point, whatever is around it (quickCheck.ts): rewrite it (rewrite.ts)
 *     what is only to be composed: compose it (compose.ts)
 *     a stretch around others is left to the caller, who normalizes it and puts what becomes of it behind the text
 *
 * A stretch that is left ends where text can be cut; or it is open, and what follows belongs to it, too. White space that a token to come may strip waits
 * for what is behind it (strip.ts).
 */

/** What stands in front of each section of which there is raw text. */
export let prefix: usize = 0
export let prefixBytes: usize = 0
/** The character that stands in front of each section of which there is text, unless it begins with it. */
let initial: usize = 0
let initialBytes: usize = 0

export function setPrefix(at: usize, bytes: usize): void {
  prefix = at
  prefixBytes = bytes
}

export function setInitial(at: usize, bytes: usize): void {
  initial = at
  initialBytes = bytes
  isInitialDue = true
}

/** Whether there is raw text of this section. */
export let hasBegun: bool = false
/** Whether the first text of the section is yet to come, and may need that character in front of it. */
export let isInitialDue: bool = false

/** Whether the prefix is to be put down now: raw text [at, stop) comes. */
export function beginsNow(at: usize, stop: usize): bool {
  if (at >= stop || hasBegun) return false
  hasBegun = true
  return prefixBytes != 0
}

/** Room in front of the text that is put down now. */
export function initialRoom(): usize {
  return isInitialDue ? initialBytes : 0
}

/** `bytes` bytes of text stand behind the room: puts the character there, or closes it. Returns how many bytes there are then. */
export function settleInitial(room: usize, bytes: usize): usize {
  if (!isInitialDue || bytes == 0) return bytes
  isInitialDue = false
  const text = room + initialBytes
  if (bytes >= initialBytes && memory.compare(text, initial, initialBytes) == 0) {
    memory.copy(room, text, bytes)
    return bytes
  }
  memory.copy(room, initial, initialBytes)
  return initialBytes + bytes
}

/** The caller has put down the first text of the section, and the character. */
export function passInitial(): void {
  isInitialDue = false
}

/** Whether white space is taken off the ends of sections, of which the map tells what it is. */
export let stripsEnds: bool = false

export function setStrippingOfEnds(value: bool): void {
  stripsEnds = value
}

/** Where it is taken off: all text that is split, up to here, stays. What follows is white space, and is not given to the passes yet. */
export let solidEnd: usize = 0

/** All text so far stays; the caller has put some of it there, unless what is behind the stripping has made nothing of it. */
export function noteSolid(length: usize): void {
  if (length > solidEnd) noteText()
  solidEnd = length
}

/** Text has moved towards the front by `shift` bytes. */
export function slideSolid(shift: usize): void {
  solidEnd -= shift
}

/** The section ends. */
export function endSection(): void {
  hasBegun = false
  isInitialDue = initialBytes != 0
  startText()
}

/** The stretch ends here that is left to the caller; it begins where the reading stopped. 0: none is. */
export let leftEnd: usize = 0
export let isOpen: bool = false
/** Where the text ends, from where the reading stopped, that was composed (compose.ts); 0: none was. */
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
const NO_END: usize = usize.MAX_VALUE

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
  if (!stripsEnds) noteText()
}

/** Bytes that were put, be it before or by the caller, have been taken off. */
export function noteTakenOff(bytes: usize): void {
  putBytes -= <u32>bytes
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
  if (unsure == stop) return isEnd ? stop : cut
  composedEnd = compose(cut, stop, isEnd)
  if (composedEnd != 0) return cut
  const safe = cut
  const calm = readUnsure(unsure, stop)
  if (calm != 0) leftEnd = calm
  else if (isEnd) leftEnd = stop
  else if (cut > safe) leftEnd = cut
  else leaveOpen(stop)
  return safe
}

/** All up to `stop` is left to the caller, and what follows may have to do with it. */
export function leaveOpen(stop: usize): void {
  leftEnd = stop
  isOpen = true
}

function leaveMore(at: usize, stop: usize, isEnd: bool): void {
  if (at == stop && !isEnd) return
  const calm = readUnsure(at, stop)
  leftEnd = calm != 0 ? calm : stop
  isOpen = calm == 0 && !isEnd
}
