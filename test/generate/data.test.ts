import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseSize } from '../../src/cli/size.ts'
import type { CorpusKind } from '../../src/generate/kinds.ts'
import { makeCorpus } from './corpora.ts'

const read = (name: string): Buffer => readFileSync(new URL(`../../data/${name}`, import.meta.url))

const README = read('README.md').toString()

test('data/ holds what its README says', () => {
  const sums = [...README.matchAll(/^ {4}([0-9a-f]{64}) {2}(\S+)$/gm)]
  expect(sums.length).toBe(4)
  for (const [, sum, name] of sums) {
    const bytes = read(name)
    expect(createHash('sha256').update(bytes).digest('hex'), name).toBe(sum)
    const [, size, documents] = new RegExp(`\\| \`${name}\` \\| ([\\d,]+) \\| (\\d+) \\|`).exec(README) ?? []
    const separator = name.endsWith('.jsonl') ? /\n(?!$)/ : '\n<|endoftext|>\n'
    expect([size, documents], name).toEqual([bytes.length.toLocaleString('en'), `${bytes.toString().split(separator).length}`])
  }
})

test('the commands in the README make the files', () => {
  const commands = [...README.matchAll(/pretok generate data\/(\S+) --size (\S+)(?: --kind (\S+))?/g)]
  expect(commands.length).toBe(3)
  for (const [, name, size, kind = 'stories'] of commands)
    expect(makeCorpus(kind as CorpusKind, parseSize(size, '--size')).corpus.equals(read(name)), name).toBe(true)
})
