import { describe, expect, test } from 'vitest'
import { planMemory, shareMemory } from '../../src/plan/memory.ts'

/** GiB that leave so many bytes to account for. */
const leaving = (bytes: number): number => (bytes + 24e6) / 2 ** 30

describe("a worker's budget", () => {
  test('is shared out to the byte', () => {
    expect(shareMemory(80e6 + 7, undefined)).toEqual({ accounted: 80e6 + 7, merging: 10e6, counting: 70e6 + 7, maxPieceBytes: 2.5e6 })
    expect(shareMemory(80e6, 9e6)).toEqual({ accounted: 80e6, merging: 10e6, counting: 70e6, maxPieceBytes: 9e6 })
  })

  test('is what the thread leaves of it; pieces are at most 64 MiB where nothing is said', () => {
    expect(planMemory(4, undefined, () => 0)).toEqual(shareMemory(2 ** 32 - 24e6, 2 ** 26))
    expect(planMemory(leaving(32e6 + 0.5), undefined, () => 0)).toEqual(shareMemory(32e6, 1e6))
  })

  test('is enough, or the least that is enough is told', () => {
    expect(planMemory(leaving(20e6), undefined, () => 1e9).accounted).toBe(20e6)
    expect(() => planMemory(leaving(20e6 - 1), undefined, () => 0)).toThrow(/^maxMemoryGb: [\d.]+ GiB are too little; a worker needs at least 0\.041$/)
  })

  test('must be enough for the longest piece, where it is counted and where it is merged', () => {
    const counting = (bytes: number): number => 100 * bytes
    expect(planMemory(leaving(800e6), 7e6, counting)).toMatchObject({ counting: 700e6, maxPieceBytes: 7e6 })
    expect(() => planMemory(leaving(800e6 - 1), 7e6, counting)).toThrow(
      /are too little for pre-tokens of 7000000 bytes \(--max-piece-bytes\); a worker needs at least 0\.768$/,
    )
    expect(planMemory(leaving(24e6), 1e6, () => 0).accounted).toBe(24e6)
    expect(() => planMemory(leaving(24e6 - 1), 1e6, () => 0)).toThrow('for pre-tokens of 1000000 bytes')
  })
})
