import { MAX_SLOTS } from '../pattern/layout.ts'
import type { Run, Tables } from './tables.ts'

/** In the table of pairs: reading these two classes does not tell what state the machine is in. */
export const NO_SYNC = 0xffffffff

const MAX_CLASSES = 64
const MAX_STATES = 256

/**
 * For each pair of classes (row by row, the end left out): the state that the machine is in after reading them, whatever state it was in
 * before, if it then holds no cut that may still come. There the kernel can begin to read in the middle of a text ("letter, space" is such a
 * pair for most patterns, any two letters for one that looks for digits). Undefined for machines that are too large to try, and for those that look far
 * ahead.
 */
export const findSyncPairs = (machine: Tables): Uint32Array | undefined => {
  const { end, states } = machine
  if (end > MAX_CLASSES || states > MAX_STATES || machine.looksAhead || machine.readsBytes) return undefined
  const pairs = new Uint32Array(end * end).fill(NO_SYNC)
  for (let first = 0; first < end; first++) {
    const runs = Array.from({ length: states }, (_, state) => startIn(machine, state * machine.rowBytes))
    for (const run of runs) machine.step(run, first, 0)
    const different = runs.filter((run, i) => runs.findIndex((other) => isSame(run, other)) === i)
    for (let second = 0; second < end; second++) pairs[first * end + second] = syncAfter(machine, different, second)
  }
  return pairs
}

const SECOND = 1

const startIn = (machine: Tables, row: number): Run => ({
  row,
  slots: Array.from({ length: MAX_SLOTS + 1 }, () => -1),
  cuts: [],
  marks: Array.from({ length: machine.markCount(row) }, () => 0),
})

const isSame = (run: Run, other: Run): boolean => run.row === other.row && run.marks.join() === other.marks.join()

const syncAfter = (machine: Tables, runs: readonly Run[], second: number): number => {
  let row: number | undefined
  for (const { row: before, slots, cuts, marks } of runs) {
    const run = { row: before, slots: [...slots], cuts: [...cuts], marks: [...marks] }
    machine.step(run, second, SECOND)
    if (row !== undefined && run.row !== row) return NO_SYNC
    row = run.row
    if (run.marks.length > 0) return NO_SYNC
  }
  return machine.liveSlots(row!) === 0 ? row! / machine.rowBytes : NO_SYNC
}
