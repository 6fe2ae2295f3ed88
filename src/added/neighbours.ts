import { has, type CodePointSet } from '../unicode/codePointSet.ts'
import { WHITE_SPACE, wordRust } from '../unicode/properties.ts'
import { codePointAt, codePointBefore, codePointEnd } from '../unicode/utf8.ts'

/* What stands beside a token, in valid UTF-8: `\s` and `\w` as Rust's regex crate has them. */

const isOneOf = (members: () => CodePointSet): ((text: Uint8Array, at: number) => boolean) => {
  let ascii: boolean[] | undefined // made when it is asked for: few tokenizers do
  return (text, at) => {
    ascii ??= Array.from({ length: 128 }, (_, codePoint) => has(members(), codePoint))
    return text[at] < 0x80 ? ascii[text[at]] : has(members(), codePointAt(text, at))
  }
}

/** Whether the code point that begins at a place is white space. */
export const isWhiteSpace = isOneOf(() => WHITE_SPACE)

/** Whether the code point that begins at a place can be in a word. */
export const isWord = isOneOf(wordRust)

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
