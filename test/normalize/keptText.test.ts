import { expect, test } from 'vitest'
import { PretokError } from '../../src/errors.ts'
import { KeptText } from '../../src/normalize/keptText.ts'

test('text is kept as a copy and given once', () => {
  const kept = new KeptText('white space')
  const text = Buffer.from('ab')
  kept.add(text)
  text.fill('x')
  kept.add(Buffer.from('cd'))
  expect(kept.length).toBe(4)
  expect(kept.take().toString()).toBe('abcd')
  expect(kept.length).toBe(0)
  expect(kept.take().toString()).toBe('')
})

test('too much of it is an error that says what it is', () => {
  const kept = new KeptText('white space in a row', 5)
  kept.add(Buffer.from('     '))
  expect(() => kept.add(Buffer.from(' '))).toThrow(new PretokError('limit', 'normalizing: 6 bytes of white space in a row; 5 is the limit'))
})
