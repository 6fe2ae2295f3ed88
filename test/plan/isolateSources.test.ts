import { expect, test } from 'vitest'
import { isolateSources } from '../../src/plan/isolateSources.ts'

const chunks = [0, 1, 1, 2, 3, 4, 5].map((source, i) => ({ source, start: i, end: i + 1 }))
const tasks = [
  { start: 0, end: 5 },
  { start: 5, end: 6 },
  { start: 6, end: 7 },
]
const rangesOf = (...alone: number[]): string[] =>
  isolateSources(
    chunks,
    tasks,
    (task) => task !== 2,
    (source) => alone.includes(source),
  ).map(({ start, end }) => `${start}-${end}`)

test('sources that are to be alone have tasks of their own, others stay together as far as they are neighbours', () => {
  expect(rangesOf()).toEqual(['0-5', '5-6', '6-7'])
  expect(rangesOf(1)).toEqual(['0-1', '1-3', '3-5', '5-6', '6-7'])
  expect(rangesOf(0, 1)).toEqual(['0-1', '1-3', '3-5', '5-6', '6-7'])
  expect(rangesOf(3, 4, 5)).toEqual(['0-4', '4-5', '5-6', '6-7'])
})

test('a task that is not to be split is not', () => {
  const none = isolateSources(chunks, tasks, () => false, () => true) // prettier-ignore
  expect(none).toEqual(tasks)
})
