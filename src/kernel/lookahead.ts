import { BACKWARD_NEXT_SHIFT, BACKWARD_SYMBOL_MASK, ENTRY_NEXT_SHIFT, NO_RESET } from '../pattern/layout'
import { allocate, release } from './memory'
import { Pass } from './pass'
import { bytesOfLong, classOfLong, step } from './read'
import { before } from './utf8'

/*
 * Passes whose pattern looks ahead further than one code point (pattern/lookahead.ts): text is read backward first, which gives each code
 * point a symbol, and then forward.
 *
 *   where a segment ends, the backward machine begins in its first state
 *   in a segment that goes on, it begins at the last code point of a class that leads to one state whatever is behind it (a reset)
 *
 * Text behind that code point has to wait. Each code point is looked at three times at most: once for a reset, once backward, once forward.
 */

/** Finds the symbols of text[pass.at, pass.known), as far as they can be known. Returns false if there is no memory. */
export function findSymbols(pass: Pass, text: usize, to: usize, isSegmentEnd: bool): bool {
  let p = text + to
  let row: u32 = 0
  if (!isSegmentEnd) {
    const stop = text + max(pass.at, pass.searched)
    row = NO_RESET
    while (p > stop && row == NO_RESET) {
      p = before(p)
      row = load<u32>(pass.resets + (classAt(pass, p) << 2))
    }
  }
  pass.known = row == NO_RESET ? pass.at : p - text
  pass.symbolsFrom = pass.at
  const bytes = pass.known - pass.at
  if (bytes > pass.symbolRoom) {
    if (pass.symbolRoom != 0) release(pass.symbols, pass.symbolRoom)
    pass.symbols = allocate(2 * bytes)
    pass.symbolRoom = pass.symbols == 0 ? 0 : 2 * bytes
    if (pass.symbols == 0) return false
  }
  pass.searched = to
  const from = text + pass.at
  // in locals: fields would be loaded again after each store
  const symbols = pass.symbols
  const backward = pass.backward
  const ascii = pass.ascii
  const resets = pass.resets
  const areAllResets = pass.areAllResets
  p = text + pass.known
  while (p > from) {
    p--
    const byte = <usize>load<u8>(p)
    let class_: usize
    if (byte < 0x80) class_ = load<u8>(ascii + byte)
    else {
      p = before(p + 1)
      class_ = classOfLong(pass, p, <usize>load<u8>(p))
    }
    const entry = load<u32>(backward + row + (class_ << 2))
    store<u8>(symbols + (p - from), <u8>(entry & BACKWARD_SYMBOL_MASK))
    // what a class leads to whatever is behind it need not wait for the step before
    row = areAllResets ? load<u32>(resets + (class_ << 2)) : entry >>> BACKWARD_NEXT_SHIFT
  }
  return true
}

/** Reads text[at, to), whole code points whose symbols are known. */
export function readSymbols(pass: Pass, text: usize, to: usize): void {
  const rows = pass.rows
  const symbols = pass.symbols - (text + pass.symbolsFrom)
  const end = text + to
  let row = pass.row - rows
  let cut = pass.cutEnd
  let p = text + pass.at
  while (p < end) {
    const position = <u32>(p - text)
    const entry = load<u32>(row + (rows + (<usize>load<u8>(symbols + p) << 2)))
    const byte = <usize>load<u8>(p)
    p += byte < 0x80 ? 1 : bytesOfLong(byte)
    cut = step(pass, entry, cut, position)
    row = entry >>> ENTRY_NEXT_SHIFT
  }
  pass.row = rows + row
  pass.cutEnd = cut
  pass.at = p - text
}

function classAt(pass: Pass, p: usize): usize {
  const byte = <usize>load<u8>(p)
  return byte < 0x80 ? <usize>load<u8>(pass.ascii + byte) : classOfLong(pass, p, byte)
}
