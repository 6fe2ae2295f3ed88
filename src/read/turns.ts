import { setImmediate } from 'node:timers/promises'
import { milliseconds } from '../clock.ts'

/** Timers, signals and messages wait for no longer than this, and what is done between two calls. */
const TURN_MS = 20

/** Gives a function to be called after each piece of work: once in a while it lets others have their turn. */
export const createTurns = (): (() => Promise<void>) => {
  let turnedAt = milliseconds()
  return async () => {
    if (milliseconds() - turnedAt <= TURN_MS) return
    await setImmediate()
    turnedAt = milliseconds()
  }
}
