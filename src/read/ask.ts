import { statSync, type Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { milliseconds } from '../clock.ts'

/*
 * Asking libuv's threads takes several times as long as a local file system takes to answer, which is most of the time that small files take.
 * So the file system is asked directly as long as it answers at once; one that does not (a network's) is asked in the background, several
 * questions at a time.
 */

/** Milliseconds that answers may take, in all and each. */
const PATIENCE = 100
const PATIENCE_EACH = 0.2
/** Milliseconds after which a question is asked in the background whatever happens, so that others have their turn. */
const TURN = 50

let asked = 0
let spent = 0
let turned = milliseconds()

/** @param now asks directly; what it throws is thrown */
export const ask = <Result>(now: () => Result, later: () => Promise<Result>): Result | Promise<Result> => {
  const began = milliseconds()
  if (began - turned > TURN || spent > PATIENCE + PATIENCE_EACH * asked) {
    turned = began
    return later()
  }
  try {
    return now()
  } finally {
    asked++
    spent += milliseconds() - began
  }
}

/** What `stat` tells of a file. */
export const factsOf = async (path: string): Promise<Stats> =>
  ask(
    () => statSync(path),
    () => stat(path),
  )
