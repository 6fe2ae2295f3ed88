import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { milliseconds } from './clock.ts'

/*
 * Node 20 aborts ("Assertion failed: (data.first) != nullptr") when a thread ends while V8 compiles a function for it in the background and
 * would like to collect garbage. V8 does not tell whether it compiles, but Linux tells which threads of the process are at work: where none
 * is but the one that asks, nothing is compiled, and for a thread that has nothing to do nothing will be.
 */

/** Compiling takes a few milliseconds: without a word from the system, that is long enough. */
const QUIET_MS = 50
/** How often the system is asked. */
const LOOK_MS = 2
/** So many looks in a row must find all others asleep: one may fall on the moment in which a thread waits for a lock. */
const LOOKS = 2

/** Settles when nothing is compiled in the background any more. Threads that are to end have nothing to do by then. */
export const untilQuiet = async (mostMs: number = QUIET_MS): Promise<void> => {
  const end = milliseconds() + Math.min(mostMs, QUIET_MS)
  for (let looks = 0; looks < LOOKS && milliseconds() < end; looks = doOthersSleep() ? looks + 1 : 0) {
    const left = Math.max(0, end - milliseconds()) // the time may have passed meanwhile, and Node warns of a negative one
    await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_MS, left)))
  }
}

const TASKS = '/proc/self/task'
let isKnown = process.platform === 'linux'

/** Whether all threads of the process but this one wait for something. */
const doOthersSleep = (): boolean => {
  if (!isKnown) return false
  try {
    const own = readlinkSync('/proc/thread-self').split('/').at(-1)
    return readdirSync(TASKS).every((id) => id === own || isAsleep(id))
  } catch {
    isKnown = false // the system does not tell
    return false
  }
}

/** The state is the first letter behind the name of the program, which stands in brackets (proc(5)). */
const isAsleep = (id: string): boolean => {
  let facts: string
  try {
    facts = readFileSync(`${TASKS}/${id}/stat`, 'latin1')
  } catch {
    return true // it has ended meanwhile
  }
  return facts[facts.lastIndexOf(')') + 2] === 'S'
}
