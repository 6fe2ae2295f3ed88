import { expect, test } from 'vitest'
import { compileStage } from '../../src/pattern/compile.ts'
import { findIdle } from '../../src/pattern/idle.ts'
import type { SplitStage } from '../../src/types.ts'

const stage = (pattern: string, behavior: SplitStage['behavior'] = 'isolated'): SplitStage => ({
  kind: 'split',
  pattern,
  dialect: 'oniguruma',
  behavior,
  invert: false,
  refusesEmptyMatches: false,
})

/** The bytes that are busy, as characters or in hexadecimal; undefined if no byte is idle. */
const busyBytes = (...args: Parameters<typeof compileStage>): string | undefined =>
  findIdle(compileStage(...args))
    ?.isIdle.flatMap((isIdle, byte) => (isIdle ? [] : [byte < 0x80 ? String.fromCharCode(byte) : byte.toString(16)]))
    .join(' ')

test('bytes that leave a segment whole are idle', () => {
  expect(busyBytes(stage('[0-9]'))).toBe('0 1 2 3 4 5 6 7 8 9')
  expect(busyBytes(stage('[0-9]{3}', 'contiguous'))).toBe('0 1 2 3 4 5 6 7 8 9')
  expect(busyBytes(stage('[0-9é日]+'))).toBe('0 1 2 3 4 5 6 7 8 9 c3 e6')
  expect(busyBytes(stage('\\d{1,3}(?=(?:\\d{3})*;)'))).toContain('0 1 2 3 4 5 6 7 8 9')
})

test('after a byte map, by what stands for the byte', () => {
  expect(busyBytes(stage('[a²Ā]'), 'bytes')).toBe('\0 a b2')
})

test('a machine that cuts most text, or drops it, has none', () => {
  expect(busyBytes(stage('\\p{L}+| ?[^\\p{L}]'))).toBeUndefined()
  expect(busyBytes({ ...stage('[0-9]', 'removed'), invert: true })).toBeUndefined()
})
