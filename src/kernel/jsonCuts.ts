/*
 * Where JSON can be cut between rows (jsonCuts.wasm): a walk through strings and brackets, 16 bytes at a time, that looks at nothing else.
 * The caller puts the text into the memory window after window, and asks for the first cut at or behind a place. What is no JSON makes the
 * walk go wrong, and is found by whoever reads the parts. Up to 16 bytes behind a window are touched, but never used.
 */

const QUOTE: u32 = 0x22
const BACKSLASH: u32 = 0x5c
const COMMA: u32 = 0x2c
const OPEN_ARRAY: u32 = 0x5b
/** Brackets become braces by this bit. */
const TO_BRACE: u32 = 0x20
const OPEN: u32 = 0x7b
const CLOSE: u32 = 0x7d

let inString: bool = false
/** The next byte belongs to the backslash before it. */
let isEscaped: bool = false
let depth: i32 = 0
/** Whether the value at depth 0 is an array, the elements of which are rows. */
let isArray: bool = false

/** The first address that is free for the caller. */
export function firstFree(): usize {
  return (__heap_base + 63) & ~63
}

/** A new text begins. */
export function begin(): void {
  inString = false
  isEscaped = false
  depth = 0
  isArray = false
}

/**
 * Walks through [at, end) until the first cut at or behind `from`: a comma behind a row of an array, or the place behind a value at depth 0
 * that no comma follows. The walk goes on from there with the next call.
 *
 * @returns the cut; 0 if there is none
 */
export function findJsonCut(at: usize, end: usize, from: usize): usize {
  while (at < end) {
    if (inString) {
      at = skipString(at, end)
      continue
    }
    const looksForComma = depth == 1 && isArray
    at = findMark(at, end, looksForComma)
    if (at >= end) break
    const byte = <u32>load<u8>(at)
    if (byte == COMMA) {
      if (at >= from) return at
      at++
    } else if (byte == QUOTE) {
      inString = true
      at++
    } else if ((byte | TO_BRACE) == OPEN) {
      if (depth == 0) isArray = byte == OPEN_ARRAY
      depth++
      at++
    } else {
      depth--
      at++
      if (depth == 0 && at >= from && at < end && <u32>load<u8>(at) != COMMA) return at
    }
  }
  return 0
}

/** Behind the closing quote, or `end`. */
function skipString(at: usize, end: usize): usize {
  if (isEscaped) {
    isEscaped = false
    at++
  }
  for (; at < end; at += 16) {
    const bytes = v128.load(at)
    const found = i8x16.bitmask(v128.or(i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)), i8x16.eq(bytes, i8x16.splat(<i8>BACKSLASH))))
    if (found == 0) continue
    at += <usize>ctz(found)
    if (at >= end) return end
    if (<u32>load<u8>(at) == QUOTE) {
      inString = false
      return at + 1
    }
    isEscaped = at + 1 >= end
    return at + 2
  }
  return end
}

/** The next quote or bracket, or comma if these are looked for. */
function findMark(at: usize, end: usize, looksForComma: bool): usize {
  const comma = i8x16.splat(<i8>(looksForComma ? COMMA : QUOTE))
  for (; at < end; at += 16) {
    const bytes = v128.load(at)
    const braces = v128.or(bytes, i8x16.splat(<i8>TO_BRACE))
    const found = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)), i8x16.eq(bytes, comma)),
        v128.or(i8x16.eq(braces, i8x16.splat(<i8>OPEN)), i8x16.eq(braces, i8x16.splat(<i8>CLOSE))),
      ),
    )
    if (found != 0) return at + <usize>ctz(found)
  }
  return end
}
