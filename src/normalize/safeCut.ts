import type { Normalizer } from '../types.ts'
import { codePointAt, codePointEnd, nextCodePoint } from '../unicode/utf8.ts'
import { stepsOf } from './normalizer.ts'
import type { Step } from './textStage.ts'

/*
 * Where can text be cut that is normalized first? Where it can be cut before the first step, and what comes out can be cut there before
 * the second, and so on; and where what comes out in the end can be cut. So a window of text goes through the steps in parts that have
 * nothing to do with each other. Parts that turn out to have something to do with each other become one.
 */

/** Where a part begins in the window, and what has become of it. */
interface Part {
  start: number
  text: Buffer
}

/**
 * Makes a search for places to cut text right for text that is normalized first. Undefined if there are no such places: some normalizers
 * look at the borders of the text, or at more of it than can be told here.
 *
 * @param find the offset of a safe cut in a window of text, whatever is around the window, or -1
 */
export const onNormalText = (
  normalizers: readonly Normalizer[],
  find: (window: Buffer) => number,
): ((window: Buffer) => number) | undefined => {
  const steps = stepsOf(normalizers)
  if (steps.some((step) => step.canCutBefore === undefined)) return undefined
  const walks = steps.map(createWalk)
  return (window) =>
    findIn(
      walks.reduce((parts, walk) => walk(parts), codePoints(window)),
      find,
    )
}

/** The code points of a window, without what may be only a part of one at its borders. */
const codePoints = (window: Buffer): Part[] => {
  const parts: Part[] = []
  let start = nextCodePoint(window, 0, window.length)
  for (let end; start < window.length && (end = codePointEnd(window, start)) <= window.length; start = end)
    parts.push({ start, text: window.subarray(start, end) })
  return parts
}

/** Makes a function that takes parts through a step. */
const createWalk = (step: Step): ((parts: readonly Part[]) => Part[]) => {
  let rewritten: Buffer[] = []
  const stage = step.start((text) => rewritten.push(Buffer.from(text)))
  return (parts) => {
    const apart: { start: number; texts: Buffer[] }[] = []
    for (const { start, text } of parts)
      if (text.length > 0 && step.canCutBefore!(codePointAt(text, 0))) apart.push({ start, texts: [text] })
      else apart.at(-1)?.texts.push(text) // what is before the first cut is left out: it has to do with what is before the window
    apart.pop() // what follows the window has a say in it
    return apart.map(({ start, texts }) => {
      rewritten = []
      stage.push(Buffer.concat(texts))
      stage.end()
      return { start, text: Buffer.concat(rewritten) }
    })
  }
}

/** Where, in the window, a part begins in front of which the text that came out can be cut. */
const findIn = (parts: readonly Part[], find: (window: Buffer) => number): number => {
  const text = Buffer.concat(parts.map((part) => part.text))
  const starts = new Map<number, number>()
  let at = 0
  for (const part of parts) {
    if (part.text.length > 0) starts.set(at, part.start)
    at += part.text.length
  }
  for (let from = 0, tried = 0; tried < MOST_TRIED; tried++) {
    const cut = find(text.subarray(from))
    if (cut === -1) return -1
    from += cut
    const start = starts.get(from)
    if (start !== undefined) return start
  }
  return -1
}

/** Where so many cuts of a window lie inside of parts, the others do, too. */
const MOST_TRIED = 16
