import { expect, test } from 'vitest'
import { layOut } from '../../src/cli/table.ts'

test('columns are as wide as their widest cell, two blanks apart, and no line ends in blanks', () => {
  expect(layOut([['a', '1', 'x'], ['long', '1000'], ['', '', '']], 'lrl')).toBe('a        1  x\nlong  1000\n')
  expect(layOut([], 'lr')).toBe('')
})

test('a table may have hundreds of thousands of rows', () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => [String(i), 'x'])
  expect(layOut(rows, 'rl').split('\n').at(-1)).toBe('199999  x')
})
