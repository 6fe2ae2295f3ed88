import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, truncateSync, appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
// workers run from dist, so that is what is tested here
import { pretokenize, PretokError, type PretokenizeOptions } from '../../dist/index.js'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import { splitInFeeds } from '../support/feed.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { MAIN_PIPELINES } from '../support/presets.ts'
import { troublesomeText } from '../support/texts.ts'
import { tries } from '../support/seed.ts'

const { file, folder } = temporaryFolder()
const END = '<|endoftext|>'
const REAL_WORKER = new URL('../../dist/worker.js', import.meta.url)

/** The definition: cut at the longest special token, from left to right; cut each document; count. */
const countByDefinition = (name: string, text: string, tokens: readonly string[]): Map<string, number> => {
  const pipeline = resolveTokenizer(name)
  const counts = new Map<string, number>()
  let document = ''
  const end = (): void => {
    for (const piece of splitInFeeds(pipeline, document, 0)) counts.set(piece, (counts.get(piece) ?? 0) + 1)
    document = ''
  }
  const longestFirst = [...tokens].sort((a, b) => b.length - a.length)
  for (let at = 0; at < text.length;) {
    const token = longestFirst.find((candidate) => text.startsWith(candidate, at))
    if (token === undefined) document += text[at++]
    else {
      end()
      at += token.length
    }
  }
  end()
  return counts
}

const sorted = (counts: ReadonlyMap<string, number>): [string, number][] =>
  [...counts].sort(([a, m], [b, n]) => n - m || Buffer.compare(Buffer.from(a), Buffer.from(b)))

const failure = async (run: Promise<unknown>): Promise<PretokError> => {
  try {
    await run
  } catch (error) {
    expect(error).toBeInstanceOf(PretokError)
    return error as PretokError
  }
  throw new Error('it did not fail')
}

const sample = (bytes: number): string => {
  const parts = fc.sample(troublesomeText(30), { numRuns: 200, seed: 11 })
  let text = ''
  for (let i = 0; text.length < bytes; i++) text += parts[i % parts.length] + (i % 7 === 0 ? END : i % 31 === 0 ? '<|x|>' : ' The end. ')
  return text
}

describe('counts', () => {
  test.each(MAIN_PIPELINES.map(({ name }) => name))(
    '%s: equal the definition for random texts, tokens, chunks and blocks',
    async (name) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.oneof({ weight: 4, arbitrary: troublesomeText(6) }, fc.constantFrom(END, '<|', '|>', '<|x|>', END + END)), {
            maxLength: 12,
          }),
          fc.integer({ min: 1, max: 60 }),
          fc.integer({ min: 1, max: 60 }),
          async (parts, chunkBytes, blockBytes) => {
            const text = parts.join('')
            const tokens = [END, '<|x|>', END + END]
            const expected = sorted(countByDefinition(name, text, tokens))
            const path = file('random.txt', text)
            for (const engine of ['automaton', 'reference'] as const) {
              const counts = await pretokenize(path, tokens, { tokenizer: name, chunkBytes, blockBytes, engine })
              expect([...counts]).toEqual(expected)
              expect(counts.receipt!.engine).toBe(engine)
            }
          },
        ),
        { numRuns: tries(60) },
      )
    },
  )

  test('are the same for 1 to 8 workers, small and large chunks and blocks', async () => {
    const text = sample(150_000)
    const path = file('workers.txt', text)
    const expected = sorted(countByDefinition('cl100k_base', text, [END, '<|x|>']))
    const settings: PretokenizeOptions[] = [
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((numProcesses) => ({ numProcesses, chunkBytes: 5000 })),
      { numProcesses: 2, chunkBytes: 40 },
      { numProcesses: 3, chunkBytes: 777, blockBytes: 13 },
      { numProcesses: 2, blockBytes: 2 ** 24 },
      { numProcesses: 2, chunkBytes: 2 ** 30 },
    ]
    for (const setting of settings) {
      const counts = await pretokenize(path, [END, '<|x|>'], { tokenizer: 'cl100k_base', workerUrl: REAL_WORKER, ...setting })
      expect([...counts]).toEqual(expected)
    }
  }, 120_000)

  test.each(MAIN_PIPELINES.map(({ name }) => name))(
    '%s: text without special tokens is cut, too, and counts stay the same',
    async (name) => {
      // text that is to be normalized first is cut only where it is normal
      const text = name === 'qwen2' ? sample(120_000).normalize('NFC') : sample(120_000)
      const path = file('uncut.txt', text)
      const whole = await pretokenize(path, [], { tokenizer: name, engine: 'reference' })
      expect(whole.receipt!.chunks).toBe(1)
      for (const chunkBytes of [3000, 10_000]) {
        const cut = await pretokenize(path, [], { tokenizer: name, chunkBytes })
        expect(cut.receipt!.chunks).toBeGreaterThan(5)
        expect(cut.receipt!.documents).toBe(1)
        expect([...cut]).toEqual([...whole])
      }
    },
  )

  test('invalid UTF-8, safe cuts and special tokens together: as in one chunk by the reference tier', async () => {
    const part = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom('the cat ', 'sat. ', 'été ', '日本', '12 345', '\n\n', "it's ").map((text) => Buffer.from(text)),
      },
      { weight: 1, arbitrary: fc.constantFrom([0xff], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0x80]).map((bytes) => Buffer.from(bytes)) },
      { weight: 1, arbitrary: fc.constantFrom(END, '<|endof', '|>').map((text) => Buffer.from(text)) },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { minLength: 50, maxLength: 900 }),
        fc.integer({ min: 100, max: 900 }),
        fc.constantFrom('replace' as const, 'ignore' as const),
        fc.boolean(),
        async (parts, chunkBytes, errors, hasToken) => {
          const path = file('mess.txt', Buffer.concat(parts))
          const tokens = hasToken ? [END] : []
          const whole = await pretokenize(path, tokens, { tokenizer: 'cl100k_base', engine: 'reference', errors, chunkBytes: 2 ** 30 })
          const cut = await pretokenize(path, tokens, { tokenizer: 'cl100k_base', errors, chunkBytes, blockBytes: 64 })
          expect([...cut]).toEqual([...whole])
          expect({ ...cut.receipt!.bytes, documents: cut.receipt!.documents }).toEqual({
            ...whole.receipt!.bytes,
            documents: whole.receipt!.documents,
          })
        },
      ),
      { numRuns: Number(process.env.PRETOK_RUNS ?? tries(60)) },
    )
  })

  test('the receipt lists what is wrong first, also if a file that cannot be cut is counted before', async () => {
    const mess = Buffer.from('\xff abc '.repeat(40), 'latin1')
    const paths = [file('first.txt', mess), file('second.txt.gz', gzipSync(Buffer.concat([mess, randomBytes(20_000)])))]
    for (const options of [{ chunkBytes: 2 ** 20 }, { chunkBytes: 50 }, { chunkBytes: 50, numProcesses: 2 }]) {
      const { first } = (await pretokenize(paths, [], options)).receipt!.invalidUtf8
      expect(first).toEqual(Array.from({ length: 10 }, (_, i) => ({ path: paths[0], start: 6 * i, end: 6 * i + 1 })))
    }
  })

  test('a pattern that the automaton cannot do goes to the reference tier, with a warning', async () => {
    const warnings: string[] = []
    const tokenizer = { pattern: '(?<=\\D\\D)\\d+|\\D+', style: 'huggingface' as const }
    const counts = await pretokenize(file('digits.txt', 'a 1234567'), [], { tokenizer, onWarning: (message) => warnings.push(message) })
    expect([...counts].map(([piece]) => piece)).toEqual(['1234567', 'a '])
    expect(counts.receipt!.engine).toBe('reference')
    expect(warnings).toEqual([
      expect.stringContaining('so the slower reference tier splits (pattern: look-behind of more than one code point at 0'),
    ])
    const error = await failure(pretokenize(file('digits.txt', 'a 1234567'), [], { tokenizer, engine: 'automaton' }))
    expect(error.code).toBe('pattern')
  })

  test('of several files are the sum, and files are separate documents', async () => {
    const paths = [file('a.txt', 'one two'), file('b.txt', ''), file('c.txt', 'two three')]
    const counts = await pretokenize(paths)
    expect([...counts]).toEqual([
      [' three', 1],
      [' two', 1],
      ['one', 1],
      ['two', 1],
    ])
    expect(counts.receipt!.documents).toBe(2)
  })

  test('documents of white space count, special tokens never', async () => {
    const counts = await pretokenize(file('space.txt', `  ${END}\n${END}${END}  `), [END])
    expect([...counts]).toEqual([
      ['  ', 2],
      ['\n', 1],
    ])
    expect(counts.receipt).toMatchObject({ documents: 3, specialTokens: { [END]: 3 }, bytes: { read: 44, pieces: 5, special: 39 } })
  })

  test('of an empty file are empty', async () => {
    const counts = await pretokenize(file('nothing.txt', ''), [END])
    expect(counts.size).toBe(0)
    expect(counts.receipt).toMatchObject({ documents: 0, pieces: 0, bytes: { read: 0 } })
  })

  test('a byte-order mark is text, unless it is stripped', async () => {
    const path = file('bom.txt', '\ufeffa\ufeff')
    expect([...(await pretokenize(path, []))]).toEqual([
      ['\ufeff', 2],
      ['a', 1],
    ])
    const stripped = await pretokenize(path, [], { stripBom: true, blockBytes: 1 })
    expect([...stripped]).toEqual([
      ['a', 1],
      ['\ufeff', 1],
    ])
    expect(stripped.receipt!.bytes).toMatchObject({ read: 7, format: 3, pieces: 4 })
  })

  test('are the same for blocks of several megabytes, with invalid UTF-8 in them and without', async () => {
    const bytes = Buffer.from(sample(150_000).repeat(60))
    const broken = Buffer.from(bytes)
    for (let at = 1000; at < broken.length; at += 700_001) broken[at] = 0xff
    for (const [name, content] of [['blocks.txt', bytes], ['broken.txt', broken]] as const) {
      const path = file(name, content)
      const expected = [...(await pretokenize(path, [END, '<|x|>']))]
      for (const blockBytes of [2 ** 20, 2 ** 20 + 1, 3_000_001, 2 ** 24])
        expect([...(await pretokenize(path, [END, '<|x|>'], { blockBytes, numProcesses: 1 }))]).toEqual(expected)
    }
  })

  test('a long piece goes through blocks that are much smaller, in linear time', async () => {
    const counts = await pretokenize(file('long.txt', `${'x'.repeat(3_000_000)} y`), [], { blockBytes: 1000 })
    expect(counts.get('x'.repeat(3_000_000))).toBe(1)
    expect(counts.size).toBe(2)
  })
})

describe('invalid UTF-8', () => {
  const bytes = Buffer.concat([
    Buffer.from('ab\n\ncd '),
    Buffer.from([0xff, 0xe2, 0x82]),
    Buffer.from(`e${END}`),
    Buffer.from([0xed, 0xa0, 0x80]),
  ])

  test('replace', async () => {
    const counts = await pretokenize(file('bad.txt', bytes), [END])
    expect([...counts]).toEqual([
      ['\n', 2],
      [' \ufffd\ufffd', 1],
      ['ab', 1],
      ['cd', 1],
      ['e', 1],
      ['\ufffd\ufffd\ufffd', 1],
    ])
    expect(counts.receipt).toMatchObject({
      bytes: { read: 27, pieces: 23, special: 13, replacedGain: 6 - 15 },
      invalidUtf8: {
        policy: 'replace',
        sequences: 5,
        bytes: 6,
        first: [
          { start: 7, end: 8 },
          { start: 8, end: 10 },
          { start: 24, end: 25 },
          { start: 25, end: 26 },
          { start: 26, end: 27 },
        ],
      },
    })
  })

  test('ignore', async () => {
    const counts = await pretokenize(file('bad.txt', bytes), [END], { errors: 'ignore', blockBytes: 1 })
    expect([...counts]).toEqual([
      ['\n', 2],
      [' e', 1],
      ['ab', 1],
      ['cd', 1],
    ])
    expect(counts.receipt).toMatchObject({ bytes: { read: 27, ignored: 6, pieces: 8 } })
  })

  test('strict fails with byte and line', async () => {
    const path = file('bad.txt', bytes)
    const error = await failure(pretokenize(path, [END], { errors: 'strict' }))
    expect(error).toMatchObject({
      code: 'invalid-utf8',
      message: `reading ${path}: invalid UTF-8 (ff) at byte 7, line 3; \`errors\` replace or ignore goes on over it`,
    })
  })

  test('strict with onError: skip leaves out just that chunk, and says so', async () => {
    const good = `good ${END}`
    const path = file('half.txt', Buffer.concat([Buffer.from(good.repeat(10)), Buffer.from([0xff]), Buffer.from(good.repeat(10))]))
    const counts = await pretokenize(path, [END], { errors: 'strict', onError: 'skip', chunkBytes: 18 })
    const { skipped } = counts.receipt!
    expect(skipped).toEqual([{ path, start: 149, end: 222, reason: expect.stringContaining('invalid UTF-8 (ff) at byte 180, line 1') }])
    expect([...counts]).toEqual([
      [' ', 16],
      ['good', 16],
    ])
  })
})

describe('failures', () => {
  const text = sample(400_000)
  const expected = sorted(countByDefinition('gpt2', text, [END]))
  const workerUrl = new URL('../support/workers/misbehave.js', import.meta.url)
  const run = (environment: Record<string, string>, options: PretokenizeOptions = {}) => {
    Object.assign(process.env, environment)
    return pretokenize(file('fail.txt', text), [END], { workerUrl, numProcesses: 3, chunkBytes: 20_000, blockBytes: 1000, ...options })
  }
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (name.startsWith('PRETOK_TEST_')) delete process.env[name]
    rmSync(join(folder, 'marker'), { force: true })
  })

  test.each(['exit', 'throw'])('a worker that dies (%s) in the middle loses nothing', async (how) => {
    const warnings: string[] = []
    const counts = await run(
      { PRETOK_TEST_FAILURE: how, PRETOK_TEST_MARKER: join(folder, 'marker') },
      { onWarning: (message) => warnings.push(message) },
    )
    expect(existsSync(join(folder, 'marker'))).toBe(true)
    expect([...counts]).toEqual(expected)
    expect(counts.receipt!.retried.length).toBeGreaterThan(0)
    expect(warnings[0]).toMatch(/^a worker failed at .*fail\.txt, bytes \d+ to \d+ \(.*\); its chunks are counted again$/)
  })

  test.each(['exit', 'throw'])('a worker that dies (%s) twice over the same chunk fails the run with its range', async (how) => {
    const error = await failure(run({ PRETOK_TEST_FAILURE: how, PRETOK_TEST_CHUNK: '3' }))
    expect(error.code).toBe('worker')
    expect(error.message).toMatch(/^counting: a worker failed twice at .*fail\.txt, bytes \d+ to \d+: /)
  })

  test('with onError: skip the chunk is left out and listed', async () => {
    const counts = await run({ PRETOK_TEST_FAILURE: 'exit', PRETOK_TEST_CHUNK: '3' }, { onError: 'skip' })
    const [{ start, end }] = counts.receipt!.skipped
    const bytes = Buffer.from(text)
    const rest = Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]).toString()
    expect([...counts]).toEqual(sorted(countByDefinition('gpt2', rest, [END])))
  })

  test('a worker that cannot start fails the run', async () => {
    const error = await failure(
      pretokenize(file('fail.txt', text), [END], { workerUrl: new URL('file:///nowhere/worker.js'), numProcesses: 2 }),
    )
    expect(error.code).toBe('worker')
    expect(error.message).toMatch(/^counting: workers failed before they had anything to count, and others in their place: /)
  })

  test('workers that die before they take anything are replaced, however many they are', async () => {
    const warnings: string[] = []
    const counts = await run(
      { PRETOK_TEST_MARKER: join(folder, 'first') },
      { workerUrl: new URL('../support/workers/dieFirst.js', import.meta.url), onWarning: (message) => warnings.push(message) },
    )
    expect([...counts]).toEqual(expected)
    const message = 'a worker failed before it had anything to count (the worker thread ended with exit code 7); what the others leave is tried once more'
    expect(new Set(warnings)).toEqual(new Set([message]))
    expect(warnings.length).toBeGreaterThan(1)
  })

  test.each([
    [
      'shrinks',
      (path: string) => truncateSync(path, 1_000_000),
      /the file changed during the run: it had \d+ bytes at the start, (bytes \d+ to \d+ are not there any more|it has 1000000 bytes now)/,
    ],
    ['grows', (path: string) => appendFileSync(path, 'more'), /the file changed during the run: .* it has \d+ bytes now/],
  ])('a file that %s while it is read', async (_, change, message) => {
    const path = file('changing.txt', sample(200_000).repeat(30))
    let isChanged = false
    const error = await failure(
      pretokenize(path, [END], {
        numProcesses: 2,
        onProgress({ bytes }) {
          if (bytes === 0 || isChanged) return
          isChanged = true
          change(path)
        },
      }),
    )
    expect(error.code).toBe('source-changed')
    expect(error.message).toMatch(message)
  })

  const throwing: PretokenizeOptions = {
    onProgress() {
      throw new Error('mine')
    },
  }

  test('an onProgress that throws fails the run with its error', async () => {
    const path = file('thrown.txt', sample(200_000).repeat(30))
    await expect(pretokenize(path, [END], { ...throwing, numProcesses: 2 })).rejects.toThrow('mine')
  })

  test('even when it is called only once, in the end', async () => {
    const path = file('thrown.txt', 'one two')
    await pretokenize(path, [END]) // what is loaded by the first run
    await expect(pretokenize(path, [END], throwing)).rejects.toThrow('mine')
  })

  test('the limit on pieces does not depend on the block size', async () => {
    const path = file('limit.txt', `ab ${'x'.repeat(100)} cd`)
    for (const engine of ['reference', 'automaton'] as const)
      for (const blockBytes of [1, 7, 50, 2 ** 18]) {
        expect((await pretokenize(path, [], { engine, blockBytes, maxPieceBytes: 101 })).total).toBe(3)
        const error = await failure(pretokenize(path, [], { engine, blockBytes, maxPieceBytes: 100 }))
        expect(error.code).toBe('piece-too-long')
      }
  })

  test('an abort stops the run', async () => {
    const stopping = new AbortController()
    const path = file('stopped.txt', sample(200_000).repeat(30))
    const reason = new Error('no longer wanted')
    const error = await failure(
      pretokenize(path, [END], { numProcesses: 2, signal: stopping.signal, onProgress: () => stopping.abort(reason) }),
    )
    expect(error).toMatchObject({ code: 'interrupted', cause: reason })
    await expect(pretokenize(path, [END], { signal: stopping.signal })).rejects.toMatchObject({ code: 'interrupted', cause: reason })
  })

  test.each([
    [() => pretokenize('missing.txt'), 'input', 'reading missing.txt: no such file'],
    [() => pretokenize(join(folder, 'miss*.txt')), 'input', 'no such file, and as a pattern it matches none'],
    [() => pretokenize([]), 'usage', 'no file was given'],
    [() => pretokenize(file('x.txt', 'x'), ['']), 'usage', 'the empty string cannot be one'],
    [() => pretokenize(file('x.txt', 'x'), [], { tokenizer: 'gtp2' }), 'tokenizer', 'did you mean gpt2?'],
    [() => pretokenize(file('x.txt', 'x'), [], { tokenizer: { pattern: '(a' } }), 'pattern', 'pattern: unclosed group at 0 in "(a"'],
    [() => pretokenize(file('x.txt', 'x'), [], { numProcesses: 0 }), 'usage', 'numProcesses: 0'],
    [() => pretokenize(file('x.txt', 'x'), [], { blockBytes: 0 }), 'usage', 'blockBytes: 0'],
    [
      () => pretokenize(file('x.txt', 'x'), [], { errors: 'Strict' as never }),
      'usage',
      'errors: "Strict" is not one of replace, strict, ignore',
    ],
    [() => pretokenize(file('x.txt', 'x'), '<|x|>' as never), 'usage', 'specialTokens: an array of strings is needed'],
    [() => pretokenize(file('x.txt', 'x'), [], { tokenizer: { pattern: /a/ } as never }), 'usage', 'tokenizer: the name of a preset'],
    [
      () => pretokenize(file('x.txt', 'x'), [], { tokenizer: { pattern: 'a', style: 'hf' } as never }),
      'usage',
      'tokenizer: the name of a preset',
    ],
    [() => pretokenize([5] as never), 'usage', 'files: a path or an array of paths is needed'],
    [
      () => pretokenize(file('x.txt', `a\nb ${'x'.repeat(100)}`), [], { maxPieceBytes: 50, blockBytes: 10 }),
      'piece-too-long',
      'is longer than 50 bytes, from about byte 3, line 2',
    ],
    [
      () => pretokenize(file('x.txt', `${'it is\n'.repeat(5000)}${'x'.repeat(100)} it is`), [], { maxPieceBytes: 50 }),
      'piece-too-long',
      'is longer than 50 bytes, from about byte 30000, line 5001',
    ],
  ])('%#: bad input gets a clear error', async (call, code, message) => {
    const error = await failure(call())
    expect(error.code).toBe(code)
    expect(error.message).toContain(message)
  })
})

describe('memory and progress', () => {
  test('progress is reported', async () => {
    const seen: number[] = []
    const counts = await pretokenize(file('progress.txt', 'words and words '.repeat(300_000)), [], {
      numProcesses: 1,
      onProgress: ({ bytes, rss }) => seen.push(bytes, rss),
    })
    expect(seen.length).toBeGreaterThan(0)
    expect(counts.receipt!.memory.peakRss).toBeGreaterThan(2 ** 24)
  })

  test('a budget that is too small is refused, with the smallest that works', async () => {
    const path = file('small-budget.txt', 'a b c')
    await expect(pretokenize(path, [], { maxMemoryGb: 0.005 })).rejects.toThrow(
      /^maxMemoryGb: 0\.005 GiB are too little; a worker needs at least 0\.0\d+$/,
    )
    await expect(pretokenize(path, [], { maxMemoryGb: 0.1, maxPieceBytes: 2 ** 28 })).rejects.toThrow(
      /too little for pre-tokens of 268435456 bytes \(`maxPieceBytes`\); a worker needs at least 6\.0/,
    )
    expect((await pretokenize(path, [], { maxMemoryGb: 0.05 })).size).toBe(3)
  })
})

const STORIES = join(import.meta.dirname, '../../../shared/corpora/cs336/tinystories_sample.txt')

test.skipIf(!existsSync(STORIES))('the corpora of the CS336 assignment', async () => {
  const counts = await pretokenize(STORIES, [END])
  expect([...counts]).toEqual(sorted(countByDefinition('gpt2', readFileSync(STORIES, 'utf8'), [END])))
})
