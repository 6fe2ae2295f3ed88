import { has } from '../unicode/codePointSet.ts'
import { WHITE_SPACE } from '../unicode/properties.ts'
import { codePointAt, codePointBefore, codePointEnd } from '../unicode/utf8.ts'
import { KeptText } from './keptText.ts'
import type { Step } from './textStage.ts'

/* The normalizers that look at the borders of a section: Strip and Prepend. */

const firstText = (text: Buffer): number => {
  let at = 0
  while (at < text.length && has(WHITE_SPACE, codePointAt(text, at))) at = codePointEnd(text, at)
  return at
}

/** Where the white space begins that a text ends in. */
export const lastTextEnd = (text: Buffer): number => {
  let end = text.length
  while (end > 0) {
    const at = codePointBefore(text, end)
    if (!has(WHITE_SPACE, codePointAt(text, at))) break
    end = at
  }
  return end
}

/** Takes white space (Rust's char::is_whitespace) off one end or both. */
export const stripStep = (left: boolean, right: boolean): Step => ({
  start(emit) {
    let isInside = false
    const kept = new KeptText('white space in a row, which Strip may have to take off')

    return {
      push(text) {
        const inside = left && !isInside ? text.subarray(firstText(text)) : text
        if (inside.length > 0) isInside = true
        const end = right ? lastTextEnd(inside) : inside.length
        if (end > 0) {
          if (kept.length > 0) emit(kept.take())
          emit(inside.subarray(0, end))
        }
        kept.add(inside.subarray(end))
      },
      end() {
        kept.take()
        isInside = false
      },
    }
  },
  strips: { left, right },
})

/** Puts a text in front of a section that is not empty; with `unlessThere`, if it does not begin with it. */
export const prependStep = (prefix: string, unlessThere = false): Step => {
  const bytes = Buffer.from(prefix)
  const wanted = unlessThere ? bytes.length : 1
  return {
    start(emit) {
      let hasBegun = false
      let kept = Buffer.alloc(0) // the beginning of a section, until it is known whether it begins with the prefix

      const begin = (text: Buffer): void => {
        hasBegun = true
        kept = Buffer.alloc(0)
        const isThere = unlessThere && text.subarray(0, bytes.length).equals(bytes)
        if (!isThere && bytes.length > 0) emit(bytes)
        emit(text)
      }

      return {
        push(text) {
          if (hasBegun) return emit(text)
          kept = Buffer.concat([kept, text])
          if (kept.length >= wanted) begin(kept)
        },
        end() {
          if (kept.length > 0) begin(kept)
          hasBegun = false
        },
      }
    },
    prefix: { text: prefix, unlessThere },
  }
}
