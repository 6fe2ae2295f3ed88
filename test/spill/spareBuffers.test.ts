import fc from 'fast-check'
import { expect, test } from 'vitest'
import { roundedUp, SpareBuffers } from '../../src/spill/spareBuffers.ts'

test('there are never more than were in use at a time, none is in use twice, and each is as large as it must be', () => {
  const step = fc.oneof(fc.integer({ min: 1, max: 5000 }).map((bytes) => ({ bytes })), fc.nat(9).map((place) => ({ place })))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const made: Uint8Array[] = []
      const buffers = new SpareBuffers((bytes) => {
        made.push(new Uint8Array(bytes))
        return made.at(-1)!
      })
      const used: Uint8Array[] = []
      let most = 0
      for (const one of steps) {
        if ('bytes' in one) {
          const buffer = buffers.take(one.bytes)
          expect(buffer.length).toBeGreaterThanOrEqual(one.bytes)
          expect(used).not.toContain(buffer)
          used.push(buffer)
          most = Math.max(most, used.length)
        } else if (one.place < used.length) buffers.giveBack(used.splice(one.place, 1)[0])
      }
      // what is there is what can still be had: all that is given back, one for each that was in use at most
      for (const buffer of used.splice(0)) buffers.giveBack(buffer)
      const left = new Set<Uint8Array>()
      for (let i = 0; i < made.length; i++) {
        const before = made.length
        const buffer = buffers.take(1)
        if (made.length > before) break
        left.add(buffer)
      }
      expect(left.size).toBeLessThanOrEqual(most)
    }),
  )
})

test('lengths that differ a little are rounded to the same', () => {
  expect([1, 7, 8, 9, 17, 1000, 4_100_050].map(roundedUp)).toEqual([1, 7, 8, 9, 18, 1024, 4_194_304])
  for (let bytes = 1; bytes < 100_000; bytes += 7) {
    expect(roundedUp(bytes)).toBeGreaterThanOrEqual(bytes)
    expect(roundedUp(bytes)).toBeLessThanOrEqual(bytes * 1.125)
  }
})
