import { setImmediate } from 'node:timers/promises'

/** Timers, signals and messages wait for no longer than this, and what is done between two calls. */
const TURN_MS = 20

/** Gives a function to be called after each piece of work: once in a while it lets others have their turn. */
export const createTurns = (): (() => Promise<void>) => {
  let turnedAt = performance.now()
  return async () => {
    if (performance.now() - turnedAt <= TURN_MS) return
    await setImmediate()
    turnedAt = performance.now()
  }
}
