import { NO_SYNC } from './kernelLayout.ts'
import type { Tables } from './tables.ts'

const MAX_CLASSES = 64
const MAX_STATES = 256

/**
 * For each pair of classes (row by row, the end left out): the state that the machine is in after reading them, whatever state it was in
 * before, if it then holds no cut that may still come. There the kernel can begin to read in the middle of a text ("letter, space" is such a
 * pair for most patterns, any two letters for one that looks for digits). Undefined for machines that are too large to try, and for those that look far
 * ahead.
 */
export const findSyncPairs = (machine: Tables): Uint32Array | undefined => {
  const { end, states, rowBytes } = machine
  if (end > MAX_CLASSES || states > MAX_STATES || machine.looksAhead || machine.readsBytes) return undefined
  const pairs = new Uint32Array(end * end).fill(NO_SYNC)
  const everywhere = Array.from({ length: states }, (_, state) => state * rowBytes)
  for (let first = 0; first < end; first++) {
    const rows = [...new Set(everywhere.map((row) => machine.nextRow(row, first)))]
    for (let second = 0; second < end; second++) {
      const row = machine.nextRow(rows[0], second)
      const isSame = rows.every((other) => machine.nextRow(other, second) === row)
      if (isSame && holdsNothing(machine, row)) pairs[first * end + second] = row / rowBytes
    }
  }
  return pairs
}

const holdsNothing = (machine: Tables, row: number): boolean => machine.markCount(row) === 0 && machine.liveSlots(row) === 0
