import { expect, test } from 'vitest'
import { taskIds, type Definition, type HashedSource } from '../../src/run/definition.ts'
import { differencesOf } from '../../src/run/differences.ts'
import { token } from '../support/addedTokens.ts'

const source = (path: string, changes: Partial<HashedSource> = {}): HashedSource => ({
  path,
  size: 100,
  modified: 1,
  format: 'text',
  compression: 'none',
  sample: 'abc',
  ...changes,
})

const define = (...sources: HashedSource[]): Definition => ({
  rules: 'pretok 1',
  pipeline: { name: 'words', addedTokens: [], normalizers: [], stages: [], specialTokens: [] },
  addedTokens: [],
  engine: 'own',
  reading: { errors: 'replace' },
  sources,
})

const CHUNKS = [
  { source: 0, start: 0, end: 50 },
  { source: 0, start: 50, end: 100 },
  { source: 1, start: 0, end: 100 },
]
const TASKS = [
  { start: 0, end: 1 },
  { start: 1, end: 3 },
  { start: 2, end: 3 },
]

const idsOf = (definition: Definition, chunks = CHUNKS): string[] => taskIds(definition, chunks, TASKS)
/** Which tasks have another id. */
const othersOf = (definition: Definition, chunks = CHUNKS): number[] => {
  const before = idsOf(define(source('a'), source('b')))
  return idsOf(definition, chunks).flatMap((id, task) => (id === before[task] ? [] : [task]))
}

test('the id of a task is made of its own sources and chunks and of all options', () => {
  expect(new Set(idsOf(define(source('a'), source('b')))).size).toBe(3)
  expect(othersOf(define(source('a'), source('b')))).toEqual([])
  for (const change of [
    { size: 101 },
    { modified: 2 },
    { sample: 'abd' },
    { format: 'csv' },
    { compression: 'gzip' },
    { path: 'c' },
  ] as const) {
    expect(othersOf(define(source('a'), source('b', change)))).toEqual([1, 2])
    expect(othersOf(define(source('a', change), source('b')))).toEqual([0, 1])
  }
  const both = [source('a'), source('b')]
  expect(othersOf({ ...define(...both), rules: 'pretok 2' })).toEqual([0, 1, 2])
  expect(othersOf({ ...define(...both), reading: { errors: 'ignore' } })).toEqual([0, 1, 2])
  expect(othersOf({ ...define(...both), pieces: { minCount: 5 } })).toEqual([]) // they are left out at the end
  expect(othersOf(define(...both), [CHUNKS[0], { ...CHUNKS[1], end: 99 }, CHUNKS[2]])).toEqual([1])
  expect(othersOf(define(...both), [CHUNKS[0], CHUNKS[1], { ...CHUNKS[2], until: 7 } as never])).toEqual([1, 2])
})

test('options that differ are named, with what they were and are', () => {
  const sample = { fraction: 0.5, seed: 0 }
  const there = { ...define(source('a')), reading: { sample, errors: undefined }, pieces: { minCount: 5, include: 'a' } }
  const now = { ...define(source('a')), reading: { sample: undefined, errors: 'ignore' }, pieces: { minCount: 5, include: 'b' } }
  expect(differencesOf(there, now).others).toEqual([
    'the option sample: 0.5 with seed 0 there, not given now',
    'the option errors: not given there, "ignore" now',
    'the option include: "a" there, "b" now',
  ])
  expect(differencesOf(there, { ...there, pieces: undefined }).others).toEqual([
    'the option minCount: 5 there, not given now',
    'the option include: "a" there, not given now',
  ])
})

test('rules, engines and tokenizers that differ are named', () => {
  const there = define(source('a'))
  const othersIn = (changes: Partial<Definition>): string[] => differencesOf(there, { ...there, ...changes }).others
  expect(othersIn({ rules: 'pretok 2' })).toEqual(["the version of pretok's rules: pretok 1 there, pretok 2 now"])
  expect(othersIn({ engine: 'transformers.js' })).toEqual(['the engine: own there, transformers.js now'])
  expect(othersIn({ pipeline: { ...there.pipeline, name: 'letters' } })).toEqual(['the tokenizer: words there, letters now'])
})

test('tokens that differ are named, a few of them', () => {
  const withTokens = (...contents: string[]): Definition => ({ ...define(source('a')), addedTokens: contents.map((content) => token(content)) })
  const said = (there: string[], now: string[]): string[] => differencesOf(withTokens(...there), withTokens(...now)).others
  expect(said(['<a>', '<b>'], ['<b>', '<c>'])).toEqual(['the special or added tokens: "<a>" only there, "<c>" only now'])
  expect(said([], ['a', 'b', 'c'])).toEqual(['the special or added tokens: none only there, "a", "b", "c" only now'])
  expect(said(['a', 'b', 'c', 'd', 'e'], [])).toEqual(['the special or added tokens: "a", "b", "c" and 2 more only there, none only now'])
  // one of the same content that is found otherwise is another one
  const [plain, special] = [withTokens('<a>'), { ...withTokens(), addedTokens: [token('<a>', { special: true })] }]
  expect(differencesOf(plain, special).others).toEqual(['the special or added tokens: "<a>" only there, "<a>" only now'])
})

test('a changed source is one thing, another list of sources is another', () => {
  const there = define(source('a'), source('b'))
  const changed = (change: Partial<HashedSource>): unknown => differencesOf(there, define(source('a'), source('b', change)))
  expect(changed({})).toEqual({ others: [], changed: new Map() })
  expect(changed({ size: 0 })).toEqual({ others: [], changed: new Map([[1, 'the input b had 100 bytes and has 0 now']]) })
  expect(changed({ sample: 'x' })).toEqual({ others: [], changed: new Map([[1, 'the input b has other text than when it was planned']]) })
  expect(changed({ modified: 7 })).toEqual({ others: [], changed: new Map([[1, 'the input b was written to since it was planned']]) })
  expect(changed({ format: 'csv' })).toEqual({
    others: [],
    changed: new Map([[1, 'the input b is read as csv (compression: none), not as text (compression: none)']]),
  })
  expect(changed({ compression: 'gzip' })).toEqual({
    others: [],
    changed: new Map([[1, 'the input b is read as text (compression: gzip), not as text (compression: none)']]),
  })
  const of = (...sources: HashedSource[]): string[] => differencesOf(there, define(...sources)).others
  expect(of(source('a'))).toEqual(['the input b is missing'])
  expect(of(source('a'), source('c'), source('b'))).toEqual(['the input c is not in the plan'])
  expect(of(source('b'), source('a', { size: 3 }))).toEqual(['the order of the inputs'])
})
