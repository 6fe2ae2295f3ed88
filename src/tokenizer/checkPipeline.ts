import { refuse } from '../checks.ts'
import type { AddedToken, Normalizer, Pipeline, Stage } from '../types.ts'

/*
 * A pipeline that a program gives as plain data, which it may have made or read from a file. What is wrong in it would fail far from here, or
 * mean something else.
 */

/** What a field holds: a value of this type, or one of these texts; `?` where it need not be there. */
type Wanted = 'string' | 'string?' | 'boolean' | 'boolean?' | 'object?' | readonly string[]
type Shape<Value> = { readonly [Name in Exclude<keyof Value, 'kind'>]-?: Wanted }
type Shapes<Value extends { kind: string }> = { readonly [Kind in Value['kind']]: Shape<Extract<Value, { kind: Kind }>> }

const STAGES: Shapes<Stage> = {
  split: {
    pattern: 'string',
    dialect: ['oniguruma', 'fancy-regex'],
    behavior: ['isolated', 'removed', 'merged-with-previous', 'merged-with-next', 'contiguous'],
    invert: 'boolean',
    refusesEmptyMatches: 'boolean',
  },
  'byte-map': {},
  replace: { from: 'string', to: 'string' },
  prepend: { text: 'string', where: ['every', 'first'] },
}

const NORMALIZERS: Record<Normalizer['kind'], Readonly<Record<string, Wanted>>> = {
  nfc: {},
  nfd: {},
  nfkc: {},
  nfkd: {},
  lowercase: {},
  'strip-accents': {},
  nmt: {},
  'byte-level': {},
  bert: { cleanText: 'boolean', handleChineseChars: 'boolean', stripAccents: 'boolean', lowercase: 'boolean' },
  strip: { left: 'boolean', right: 'boolean' },
  prepend: { text: 'string', unlessThere: 'boolean?' },
  replace: { pattern: 'string', isRegex: 'boolean', content: 'string' },
  precompiled: { charsmap: 'string' },
}

const ADDED_TOKEN: Shape<AddedToken> = {
  content: 'string',
  special: 'boolean',
  normalized: 'boolean',
  lstrip: 'boolean',
  rstrip: 'boolean',
  singleWord: 'boolean',
}

type Fields = Readonly<Record<string, unknown>>

const IN_WORDS = { string: 'a string', boolean: 'true or false', object: 'an object' }

const checkField = (path: string, value: unknown, wanted: Wanted): void => {
  if (typeof wanted !== 'string') {
    if (!wanted.includes(value as string)) refuse(path, value, `one of ${wanted.join(', ')}`)
  } else if (value !== undefined || !wanted.endsWith('?')) checkType(path, value, wanted.replace('?', '') as keyof typeof IN_WORDS)
}

const checkType = (path: string, value: unknown, type: keyof typeof IN_WORDS): void => {
  if (typeof value !== type || value === null) refuse(path, value, IN_WORDS[type])
}

const checkShape = (path: string, value: unknown, shape: Readonly<Record<string, Wanted>>): void => {
  checkType(path, value, 'object')
  for (const [name, wanted] of Object.entries(shape)) checkField(`${path}.${name}`, (value as Fields)[name], wanted)
}

const checkList = (path: string, list: unknown, check: (path: string, item: unknown) => void): void => {
  if (!Array.isArray(list)) return refuse(path, list, 'an array')
  for (const [i, item] of list.entries()) check(`${path}[${i}]`, item)
}

const checkKind =
  (shapes: Readonly<Record<string, Readonly<Record<string, Wanted>>>>) =>
  (path: string, value: unknown): void => {
    checkShape(path, value, { kind: Object.keys(shapes) })
    checkShape(path, value, shapes[(value as { kind: string }).kind])
  }

/** Throws 'usage', with the place in it, for what is no pipeline. */
export const checkPipeline = (pipeline: { readonly [Name in keyof Pipeline]?: unknown }): void => {
  checkField('tokenizer.name', pipeline.name, 'string')
  checkList('tokenizer.addedTokens', pipeline.addedTokens, (path, token) => checkShape(path, token, ADDED_TOKEN))
  checkList('tokenizer.normalizers', pipeline.normalizers, checkKind(NORMALIZERS))
  checkList('tokenizer.stages', pipeline.stages, checkKind(STAGES))
  checkList('tokenizer.specialTokens', pipeline.specialTokens, (path, token) => checkField(path, token, 'string'))
  checkField('tokenizer.huggingFace', pipeline.huggingFace, 'object?')
  checkField('tokenizer.lacks', pipeline.lacks, 'string?')
}
