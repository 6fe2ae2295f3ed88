import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { minimize, type FlatSteps } from '../../src/pattern/minimize.ts'

const machine = (rows: number[][], outputs: number[][], labels: number[], apart = 0): FlatSteps => ({
  columns: rows[0].length,
  next: Int32Array.from(rows.flat()),
  outputs: Int32Array.from(outputs.flat()),
  labels: Int32Array.from(labels),
  apart,
})

const plain = ({ next, outputs, states, newSymbol }: ReturnType<typeof minimize>) => ({
  next: next.map((row) => [...row]),
  outputs: outputs.map((row) => [...row]),
  states,
  newSymbol,
})

describe('what is alike is joined', () => {
  test('states, and then symbols', () => {
    // 1 and 2 do the same, and so, between them, do symbols 0 and 1
    const rows = [[1, 2, 0], [3, 3, 0], [3, 3, 0], [3, 3, 3]]
    const outputs = [[0, 0, 0], [5, 5, 0], [5, 5, 0], [0, 0, 0]]
    expect(plain(minimize(machine(rows, outputs, [0, 0, 0, 0])))).toEqual({
      next: [[1, 0], [2, 0], [2, 2]],
      outputs: [[0, 0], [5, 0], [0, 0]],
      states: [0, 1, 3],
      newSymbol: [0, 0, 1],
    })
  })

  test('but not those with different labels, nor the last symbols that are to stay apart', () => {
    const rows = [[1, 1], [2, 2], [2, 2]]
    const outputs = [[0, 0], [0, 0], [0, 0]]
    expect(plain(minimize(machine(rows, outputs, [0, 0, 7], 1)))).toEqual({
      next: [[1, 1], [2, 2], [2, 2]],
      outputs: [[0, 0], [0, 0], [0, 0]],
      states: [0, 1, 2],
      newSymbol: [0, 1],
    })
  })

  test('as many states are left as can be told apart', () => {
    const anyMachine = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4 })).chain(([states, columns]) =>
      fc.record({
        rows: listOf(states, listOf(columns, fc.nat(states - 1))),
        outputs: listOf(states, listOf(columns, fc.integer({ min: -1, max: 0 }))),
        labels: listOf(states, fc.nat(1)),
      }),
    )
    fc.assert(
      fc.property(anyMachine, ({ rows, outputs, labels }) => {
        const joined = minimize(machine(rows, outputs, labels))
        expect(joined.states.length).toBe(countApart(rows, outputs, labels))
      }),
    )
  })
})

const listOf = <Item>(length: number, item: fc.Arbitrary<Item>): fc.Arbitrary<Item[]> => fc.array(item, { minLength: length, maxLength: length })

/** How many of the states that can be reached can be told apart: round by round, by what they do and by where their steps lead. */
const countApart = (rows: number[][], outputs: number[][], labels: number[]): number => {
  const reached = new Set([0])
  for (const state of reached) for (const to of rows[state]) reached.add(to)
  const states = [...reached]
  let names = new Map(states.map((state) => [state, `${labels[state]}:${outputs[state].join()}`]))
  for (let count = 0; count < new Set(names.values()).size;) {
    count = new Set(names.values()).size
    const known = [...new Set(names.values())]
    const number = new Map(states.map((state) => [state, known.indexOf(names.get(state)!)]))
    names = new Map(states.map((state) => [state, `${number.get(state)}:${rows[state].map((to) => number.get(to)).join()}`]))
  }
  return new Set(names.values()).size
}
