import { has, type CodePointSet } from '../unicode/codePointSet.ts'
import { WHITE_SPACE, WORD_RUST } from '../unicode/properties.ts'
import { codePointAt, codePointBefore, codePointEnd } from '../unicode/utf8.ts'

/* What stands beside a token, in valid UTF-8: `\s` and `\w` as Rust's regex crate has them. */

const isOneOf = (set: CodePointSet): ((text: Uint8Array, at: number) => boolean) => {
  const ascii = Array.from({ length: 128 }, (_, codePoint) => has(set, codePoint))
  return (text, at) => (text[at] < 0x80 ? ascii[text[at]] : has(set, codePointAt(text, at)))
}

/** Whether the code point that begins at a place is white space. */
export const isWhiteSpace = isOneOf(WHITE_SPACE)

/** Whether the code point that begins at a place can be in a word. */
export const isWord = isOneOf(WORD_RUST)

/** Where the white space begins that ends at `end`; not before `lowest`. */
export const whiteSpaceStart = (text: Uint8Array, end: number, lowest: number): number => {
  let start = end
  while (start > lowest) {
    const before = codePointBefore(text, start)
    if (!isWhiteSpace(text, before)) break
    start = before
  }
  return start
}

/** Where the white space ends that begins at `start`. */
export const whiteSpaceEnd = (text: Uint8Array, start: number): number => {
  let end = start
  while (end < text.length && isWhiteSpace(text, end)) end = codePointEnd(text, end)
  return end
}
