import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { takePageKernel } from '../../src/parquet/pageKernel.ts'

const { unsnap } = takePageKernel()

/** What a block is made of: literals, with so many bytes for their length, and copies, of kind 1, 2 or 3. */
type Step = { literal: Buffer; lengthBytes: number } | { size: number; back: number; kind: number }

const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)])
const littleEndian = (value: number, bytes: number): number[] => Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 255)

/** A block and what it stands for; steps that cannot be at their place are left out. */
const write = (steps: readonly Step[]): { block: Buffer; plain: Buffer } => {
  const bytes: number[] = []
  const plain: number[] = []
  for (const step of steps) {
    if ('literal' in step) {
      const size = step.literal.length
      if (size === 0) continue
      const lengthBytes = size > 60 ? Math.max(step.lengthBytes, size > 256 ? 2 : 1) : step.lengthBytes
      bytes.push(
        ...(lengthBytes === 0 ? [(size - 1) << 2] : [(59 + lengthBytes) << 2, ...littleEndian(size - 1, lengthBytes)]),
        ...step.literal,
      )
      plain.push(...step.literal)
      continue
    }
    if (plain.length === 0) continue
    const back = 1 + (step.back % Math.min(plain.length, step.kind === 1 ? 2047 : 65535))
    const size = step.kind === 1 ? 4 + (step.size % 8) : step.size
    if (step.kind === 1) bytes.push(((back >>> 8) << 5) | ((size - 4) << 2) | 1, back & 255)
    else bytes.push(((size - 1) << 2) | step.kind, ...littleEndian(back, step.kind === 2 ? 2 : 4))
    for (let i = 0; i < size; i++) plain.push(plain[plain.length - back])
  }
  return { block: Buffer.from([...varint(plain.length), ...bytes]), plain: Buffer.from(plain) }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    literal: fc
      .oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ minLength: 55, maxLength: 300 }))
      .map((bytes) => Buffer.from(bytes)),
    lengthBytes: fc.constantFrom(0, 1, 2, 3, 4),
  }),
  fc.record({
    size: fc.integer({ min: 1, max: 64 }),
    back: fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 5000 })),
    kind: fc.constantFrom(1, 2, 3),
  }),
)

/** What a block stands for, element by element, as the format describes it; undefined if it is damaged. */
const decode = (block: Buffer, length: number): Buffer | undefined => {
  const plain: number[] = []
  let at = 0
  const number = (bytes: number): number => {
    const value = at + bytes > block.length ? NaN : bytes === 0 ? 0 : block.readUIntLE(at, bytes)
    at += bytes
    return value
  }
  let stated = 0
  for (let place = 0, byte = 128; byte >= 128; place++) {
    byte = number(1)
    if (Number.isNaN(byte) || place > 4) return undefined
    stated += (byte % 128) * 128 ** place
  }
  if (stated !== length) return undefined
  while (at < block.length) {
    const tag = number(1)
    const [kind, rest] = [tag & 3, tag >>> 2]
    if (kind === 0) {
      const size = rest < 60 ? rest + 1 : number(rest - 59) + 1
      if (!(at + size <= block.length)) return undefined
      plain.push(...block.subarray(at, at + size))
      at += size
    } else {
      const size = kind === 1 ? 4 + (rest & 7) : rest + 1
      const back = kind === 1 ? ((tag >>> 5) << 8) + number(1) : number(kind === 2 ? 2 : 4)
      if (!(back > 0 && back <= plain.length)) return undefined
      for (let i = 0; i < size; i++) plain.push(plain[plain.length - back])
    }
  }
  return plain.length === length ? Buffer.from(plain) : undefined
}

const unsnapIfWhole = (block: Buffer, length: number): Buffer | undefined => {
  try {
    return Buffer.from(unsnap(block, length))
  } catch {
    return undefined
  }
}

describe('Snappy', () => {
  test('literals and copies of all kinds, at every distance', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { block, plain } = write(steps)
        expect(unsnap(block, plain.length).equals(plain)).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })

  test('a block that was changed or cut off is damaged, or stands for something else', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 10 }), fc.nat(), fc.nat(255), fc.boolean(), (steps, place, byte, isCut) => {
        const { block, plain } = write(steps)
        const changed = isCut ? block.subarray(0, place % block.length) : Buffer.from(block)
        if (!isCut) changed[place % block.length] = byte
        expect(unsnapIfWhole(changed, plain.length)).toEqual(decode(changed, plain.length))
      }),
      { numRuns: 5000 },
    )
  })

  test.each([
    ['nothing', [], 0],
    ['another length', [2, 0, 65], 1],
    ['a length without end', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80], 1],
    ['a literal that is cut off', [4, 12, 65, 66], 4],
    ['a literal of 2^32 bytes', [4, 0xfc, 0xff, 0xff, 0xff, 0xff, 65], 4],
    ['a copy from before the beginning', [8, 0, 65, 0x0d, 2], 8],
    ['a copy of distance 0', [5, 0, 65, 0x01, 0], 5],
    ['more than the length', [2, 8, 65, 66, 67], 2],
    ['less than the length', [3, 4, 65, 66], 3],
  ])('%s is refused', (_, block, length) => expect(() => unsnap(Buffer.from(block), length)).toThrow('corrupt Snappy block'))
})
