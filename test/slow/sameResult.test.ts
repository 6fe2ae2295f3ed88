import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createCounter } from '../../src/count/createCounter.ts'
import { chooseEngine } from '../../src/count/chooseEngine.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import { pretok } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()

describe('1 GB of mixed text', () => {
  const corpus = join(folder, 'mixed.txt')
  const out = join(folder, 'out.tsv')
  const count = (...args: string[]): string => {
    const { code, stderr } = pretok(['count', corpus, '-q', '-o', out, ...args])
    expect(code, stderr).toBe(0)
    return createHash('sha256').update(readFileSync(out)).digest('hex')
  }

  test.each([[[]], [['--no-default-special-tokens']]])('counts the same with any number of workers and any block size %j', (special) => {
    expect(pretok(['generate', corpus, '--kind', 'mixed', '--size', '1GB', '--seed', '3', '-q', '-f']).code).toBe(0)
    const expected = count('-n', '1', '--engine', 'automaton', ...special)
    for (const workers of ['1', '2', '3', '4']) expect(count('-n', workers, ...special)).toBe(expected)
    for (const block of ['4KiB', '100KB', '16MiB']) expect(count('-n', '2', '--block-bytes', block, ...special)).toBe(expected)
  })
})

/** One unit again and again, 64 MB of it. */
const UNITS = [
  'a', 'A', 'é', '日', '\u0301', '1', '٣', ' ', '\n', '\t', '\u00a0', '.', "'", '/', '\0', '😀', 'aA', '日A', '日Aa', 'A\u0301', 'a ', '1a', '.a', "'s", "a's", "''s", ' \n',
  '  \n\n', '/\n', `${' '.repeat(99)}\n`, `${' '.repeat(99)}a`, `${'A'.repeat(99)}日`, `${'A'.repeat(5000)}日${'A'.repeat(5000)}.`, ' \u0301', 'हि',
] // prettier-ignore

describe.each(['gpt2', 'cl100k_base', 'o200k_base'])('%s: 64 MB of the same again and again', (name) => {
  const { stages } = resolveTokenizer(name)
  test.each(UNITS)('%j', (unit) => {
    const block = Buffer.from(unit.repeat(Math.ceil(2 ** 18 / Buffer.byteLength(unit))))
    const [automaton, simd] = (['automaton', 'simd'] as const).map((tier) => {
      const counter = createCounter(chooseEngine(stages, tier), { blockBytes: 2 ** 18, maxPieceBytes: 2 ** 26 })
      let bytes = 0
      for (; bytes + block.length < 64e6; bytes += block.length) counter.text(block)
      counter.endDocument()
      counter.flush()
      const { starts, counts, size } = counter.finish()
      let sum = 0
      for (let i = 0; i < size; i++) sum += counts[i] * (starts[i + 1] - starts[i])
      expect(sum).toBe(bytes)
      return { pieces: counter.pieces, size }
    })
    expect(simd).toEqual(automaton)
  })
})
