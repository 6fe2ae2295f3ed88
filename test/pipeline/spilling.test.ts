import fc from 'fast-check'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { mergeCounts, pretokenize } from '../../dist/index.js'
import { thisHost } from '../../src/temporary.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder, file } = temporaryFolder()
const tempDir = join(folder, 'spills')
mkdirSync(tempDir)

const WORDS = { pattern: '[^ \\n]+', style: 'tiktoken' } as const

/** What a worker accounts for, and so that most of it is for the table. */
const SMALL = { accountedBytes: 9e6, maxPieceBytes: 20_000 }

/** Words of which nearly all are different, some of them long. */
const distinctWords = (count: number): string => {
  let text = ''
  for (let i = 0; i < count; i++) {
    const word = Math.imul(i % (count * 0.9), 2654435761) >>> 0
    text += `${word.toString(36)}${i % 50 === 0 ? '-and-more-than-fifteen-bytes' : ''}${i % 1000 === 0 ? '\n<|endoftext|>\n' : ' '}`
  }
  return text
}

describe('a result that is larger than memory', () => {
  const path = file('distinct.txt', distinctWords(400_000))
  const special = ['<|endoftext|>']

  test('is the same as one that fits', async () => {
    const expected = await pretokenize(path, special, { tokenizer: WORDS, numProcesses: 2 })
    expect(expected.size).toBeGreaterThan(200_000)
    for (const numProcesses of [1, 2]) {
      const counts = await pretokenize(path, special, { tokenizer: WORDS, numProcesses, ...SMALL, tempDir })
      expect(readdirSync(tempDir)).toHaveLength(numProcesses === 1 ? 1 : 0) // the result is there, unless two budgets can hold it
      expect([counts.size, counts.total, counts.textBytes]).toEqual([expected.size, expected.total, expected.textBytes])
      expect(counts.receipt!.bytes).toEqual(expected.receipt!.bytes)
      const [output, expectedOutput] = [join(folder, 'out.tsv'), join(folder, 'expected.tsv')]
      await counts.save(output)
      await expected.save(expectedOutput)
      expect(readFileSync(output).equals(readFileSync(expectedOutput))).toBe(true)
      expect(counts.top(5)).toEqual(expected.top(5))
      let i = 0
      for (const [piece, count] of expected) if (i++ % 997 === 0 && counts.get(piece) !== count) expect.unreachable(piece)
      expect(counts.get('not there')).toBeUndefined()
      expect(counts.has('')).toBe(false)
      counts.close()
      expect(readdirSync(tempDir)).toEqual([])
    }
  })

  test.each(['exit', 'throw'])('is the same when a worker dies: %s', async (failure) => {
    const workerUrl = new URL('../support/workers/misbehave.js', import.meta.url)
    const expected = await pretokenize(path, special, { tokenizer: WORDS, numProcesses: 2 })
    const marker = join(folder, `marker-${failure}`)
    Object.assign(process.env, { PRETOK_TEST_FAILURE: failure, PRETOK_TEST_MARKER: marker, PRETOK_TEST_CHUNK: '12' })
    try {
      const options = { tokenizer: WORDS, numProcesses: 2, chunkBytes: 100_000, workerUrl }
      const counts = await pretokenize(path, special, { ...options, ...SMALL, tempDir })
      expect(counts.receipt!.retried).toHaveLength(1)
      expect([...counts]).toEqual([...expected])
      counts.close()
      rmSync(marker)
      const kept = await pretokenize(path, special, { ...options, workDir: join(folder, `run-${failure}`) })
      expect(kept.receipt!.retried).toHaveLength(1)
      expect([...kept]).toEqual([...expected])
    } finally {
      for (const name of Object.keys(process.env)) if (name.startsWith('PRETOK_TEST_')) delete process.env[name]
    }
  })

  test('cannot be held in memory, and says so', async () => {
    const counts = await pretokenize(path, special, { tokenizer: WORDS, numProcesses: 1, ...SMALL, tempDir })
    expect(() => mergeCounts(counts)).toThrow(expect.objectContaining({ code: 'limit' }))
    counts.close()
    expect(() => [...counts]).toThrow('counts: they were closed, and with that their files are gone')
    expect(() => counts.get('a')).toThrow('they were closed')
  })

  test('stays in files where pieces are left out of it, and what is left is the same', async () => {
    for (const filter of [{ minCount: 2 }, { include: '^1' }, { exclude: 'and' }, { exclude: '|' }]) {
      const options = { tokenizer: WORDS, numProcesses: 1, ...filter }
      const expected = await pretokenize(path, special, options)
      const counts = await pretokenize(path, special, { ...options, ...SMALL, tempDir })
      expect(readdirSync(tempDir)).toHaveLength(1)
      expect(counts.receipt!.filters).toEqual(expected.receipt!.filters)
      expect([counts.size, counts.total, counts.textBytes]).toEqual([expected.size, expected.total, expected.textBytes])
      expect([...counts].join()).toBe([...expected].join())
      expect([...expected].every(([piece, count], i) => i % 97 !== 0 || counts.get(piece) === count)).toBe(true)
      expect(counts.get('gone')).toBeUndefined()
      counts.close()
      expect(readdirSync(tempDir)).toEqual([])
    }
  })

  test('leaves nothing behind when the run fails', async () => {
    const broken = file('broken.txt', Buffer.concat([readFileSync(path), Buffer.from([0xff])]))
    const counting = pretokenize(broken, special, { tokenizer: WORDS, numProcesses: 2, ...SMALL, tempDir, errors: 'strict' })
    await expect(counting).rejects.toThrow(expect.objectContaining({ code: 'invalid-utf8' }))
    expect(readdirSync(tempDir)).toEqual([])
  })

  test('a folder that is none is named', async () => {
    const missing = file('no-folder', '')
    const counting = pretokenize(path, special, { tokenizer: WORDS, numProcesses: 1, ...SMALL, tempDir: missing })
    await expect(counting).rejects.toThrow(/^tempDir: .*no-folder" cannot hold temporary files: a file of that name is there already/)
  })

  test('what a dead process has left is removed, what a living one has is not', async () => {
    const dead = join(tempDir, `pretok-${thisHost()}-4194999-0123abcd`)
    const alive = join(tempDir, `pretok-${thisHost()}-${process.ppid}-0123abcd`)
    for (const left of [dead, alive]) {
      mkdirSync(left)
      writeFileSync(join(left, 'spill-0-of-0.run'), 'x')
    }
    await pretokenize(file('small.txt', 'a b'), [], { tempDir })
    expect(readdirSync(tempDir)).toEqual([alive.split('/').at(-1)])
  })
})

test('any corpus with any budget: the same counts', async () => {
  const word = fc.string({ minLength: 1, maxLength: 20 }).map((text) => text.replace(/[ \n]/g, '_'))
  const corpus = fc.array(word, { minLength: 1, maxLength: 3000 })
  const budget = fc.integer({ min: 20_000, max: 300_000 })
  await fc.assert(
    fc.asyncProperty(corpus, budget, fc.integer({ min: 1, max: 3 }), async (words, accountedBytes, repeat) => {
      const path = file('any.txt', `${words.join(' ')}\n`.repeat(repeat))
      const options = { tokenizer: WORDS, engine: 'reference', blockBytes: 512, maxPieceBytes: 1000, tempDir } as const
      const expected = await pretokenize(path, [], options)
      const counts = await pretokenize(path, [], { ...options, accountedBytes })
      expect([...counts]).toEqual([...expected])
      counts.close()
    }),
    { numRuns: 25 },
  )
})
