import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { beforeEach, describe, expect, test } from 'vitest'
import type { PretokenizeOptions } from '../../src/options.ts'
import { pretokenize } from '../../src/pipeline.ts'
import { gzip, hasProgram, zstd } from '../support/compress.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()
const corpus = join(folder, 'corpus')
const run = join(folder, 'run')

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f']
const GOOD = NAMES.map((name) => `${name}.txt`)
const textOf = (name: string, words: number): string =>
  Array.from({ length: words }, (_, i) => `${name}${(Math.imul(i, 7919) >>> 0) % 997}${i % 50 === 49 ? '\n' : ' '}`).join('')
const rowsOf = (name: string, words: number): string[] => textOf(name, words).split('\n')
const jsonlOf = (name: string, words: number): string =>
  rowsOf(name, words)
    .map((text) => `${JSON.stringify({ text })}\n`)
    .join('')
const parquetOf = (name: string, words: number): Buffer =>
  Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'text', data: rowsOf(name, words) }], rowGroupSize: 50 }))
/** Cut in the middle: whoever reads it meets its end too early. */
const damaged = (data: Buffer): Buffer => data.subarray(0, data.length >> 1)
/** A file that is none any more behind its middle. */
const overwritten = (data: Buffer): Buffer => Buffer.from(data).fill(0xa5, data.length >> 1, (data.length >> 1) + 200)

const write = (name: string, content: string | Buffer): void => writeFileSync(join(corpus, name), content)

interface Outcome {
  error: Error | undefined
  warnings: string
  pieces: [piece: string, count: number][]
}

const count = async (options: PretokenizeOptions = {}): Promise<Outcome> => {
  const warnings: string[] = []
  const onWarning = (message: string): void => void warnings.push(message)
  try {
    const counts = await pretokenize(corpus, [], { workDir: run, resume: true, chunkBytes: 20_000, onWarning, ...options })
    const pieces = [...counts]
    counts.close()
    return { error: undefined, warnings: warnings.join('\n'), pieces }
  } catch (error) {
    return { error: error as Error, warnings: warnings.join('\n'), pieces: [] }
  }
}

const plan = (): { definition: { sources: { path: string }[] }; chunks: number[][]; tasks: { start: number; end: number; id: string }[] } =>
  JSON.parse(readFileSync(join(run, 'plan.json'), 'utf8')).plan
/** The partials that are there, each with what tells that it was made again. */
const partials = (): Map<string, string> =>
  new Map(
    readdirSync(join(run, 'partials')).map((name) => {
      const { ino, mtimeMs } = statSync(join(run, 'partials', name))
      return [name, `${ino} ${mtimeMs}`]
    }),
  )
/** The names of the files that partials, which were not there before, are about. */
const madeSince = (before: ReadonlyMap<string, string>): string[] => {
  const { definition, chunks, tasks } = plan()
  const made = new Set([...partials()].filter(([name, stamp]) => before.get(name) !== stamp).map(([name]) => name.replace('.run', '')))
  const sources = tasks.filter(({ id }) => made.has(id)).flatMap(({ start, end }) => chunks.slice(start, end).map(([source]) => source))
  return [...new Set(sources)].map((source) => definition.sources[source].path.slice(corpus.length + 1)).sort()
}

/** The result is that of a run that never knew another corpus, and nothing else is left. */
const expectFreshResult = async ({ error, pieces }: Outcome, options: PretokenizeOptions = {}): Promise<void> => {
  expect(error).toBeUndefined()
  const fresh = await pretokenize(corpus, [], options)
  expect(pieces).toEqual([...fresh])
  fresh.close()
  expect(readdirSync(run).sort()).toEqual(['partials', 'plan.json'])
  const ids = plan().tasks.map(({ id }) => `${id}.run`)
  expect([...partials().keys()].sort()).toEqual(ids.sort())
}

beforeEach(() => {
  for (const path of [run, corpus]) rmSync(path, { recursive: true, force: true })
  mkdirSync(corpus)
  for (const name of NAMES) write(`${name}.txt`, textOf(name, 10_000))
})

const KINDS: [name: string, good: () => Buffer, harm: (data: Buffer) => Buffer][] = [
  ['x.jsonl.gz', () => gzip(jsonlOf('x', 20_000)), damaged],
  ['x.txt.gz', () => gzip(textOf('x', 20_000)), overwritten],
  ['x.parquet', () => parquetOf('x', 20_000), overwritten],
  ['x.jsonl', () => Buffer.from(jsonlOf('x', 20_000)), damaged],
]
if (hasProgram('zstd')) KINDS.push(['x.txt.zst', () => zstd(textOf('x', 20_000)), damaged])

describe('a damaged file among good ones', () => {
  test.each(KINDS)('%s: all others are done, and only it is when it was replaced', async (name, good, harm) => {
    write(name, harm(good()))
    const first = await count()
    expect(first.error).toMatchObject({ code: 'data' })
    expect(first.error!.message).toContain(name)
    expect(first.warnings).toMatch(/x\..*; other files are gone on with/)
    const done = partials()
    expect(madeSince(new Map()).filter((file) => file !== name)).toEqual(GOOD)

    expect((await count()).error).toMatchObject({ code: 'data' })
    expect(madeSince(done).filter((file) => file !== name)).toEqual([])

    write(name, good())
    const before = partials()
    const last = await count()
    await expectFreshResult(last)
    expect(last.warnings).toMatch(/run: some input has changed since it was planned:\n {2}the input .*x\./)
    expect(madeSince(before)).toEqual([name])
    const after = partials()
    expect((await count()).warnings).toBe('')
    expect(madeSince(after)).toEqual([])
  })

  test('several of them: each is named', async () => {
    write('x.txt.gz', damaged(gzip(textOf('x', 60_000))))
    write('y.parquet', damaged(parquetOf('y', 40_000)))
    write('z.jsonl', `${jsonlOf('z', 5000)}{"text":`)
    const { message } = (await count()).error!
    expect(message).toMatch(/counting: 3 files failed:\n {2}.*\n {2}.*\n {2}.*\n\d+ of \d+ tasks are done and kept/)
    for (const name of ['x.txt.gz', 'y.parquet', 'z.jsonl']) expect(message).toContain(name)
    expect(madeSince(new Map())).toEqual(expect.arrayContaining(GOOD))
  })

  test('those with which they share a task are done, too, and all are named', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `small${i}.json`)
    for (const name of names) write(name, JSON.stringify({ text: name }))
    for (const i of [3, 4, 20]) write(names[i], '{"text"')
    const { message } = (await count()).error!
    expect(message).toContain('counting: 3 files failed:')
    for (const i of [3, 4, 20]) expect(message).toContain(names[i])
    const good = [...GOOD, ...names.filter((_, i) => ![3, 4, 20].includes(i))].sort()
    expect(madeSince(new Map())).toEqual(good)
    for (const i of [3, 4, 20]) write(names[i], JSON.stringify([{ text: 'whole' }]))
    const before = partials()
    await expectFreshResult(await count())
    expect(madeSince(before)).toEqual([3, 4, 20].map((i) => names[i]).sort())
  })

  test('very many: nobody waits until all have failed', async () => {
    for (const name of GOOD) rmSync(join(corpus, name))
    for (let i = 0; i < 120; i++) write(`x${i}.json`, '{"text"')
    expect((await count()).error!.message).toContain('counting: 100 files failed:')
  })
})

describe('a file that was replaced when it was done', () => {
  test.each([
    ['by a shorter one', (): void => write('c.txt', textOf('other', 100))],
    ['by a longer one', (): void => write('c.txt', textOf('other', 40_000))],
    ['by one without bytes', (): void => write('c.txt', '')],
    ['by one of another compression', (): void => write('c.txt', gzip(textOf('other', 9000)))],
    ['by one of another format', (): void => write('c.txt', parquetOf('other', 9000))],
    ['by one with one other letter in it', (): void => write('c.txt', textOf('c', 10_000).replace('c', 'C'))],
    ['by itself', (): void => write('c.txt', textOf('c', 10_000))],
  ])('%s', async (_, replace) => {
    expect((await count()).error).toBeUndefined()
    const before = partials()
    replace()
    const outcome = await count()
    await expectFreshResult(outcome)
    expect(outcome.warnings).toMatch(/some input has changed since it was planned:\n {2}the input .*c\.txt /)
    expect(madeSince(before).filter((name) => name !== 'c.txt')).toEqual([])
  })

  test.each([{ maxBytes: 150_000 }, { maxDocuments: 2500 }])('with %j, the end is looked for anew', async (limit) => {
    const options: PretokenizeOptions = { ...limit, documentPer: 'line' }
    expect((await count(options)).error).toBeUndefined()
    for (const words of [100, 9000, 60_000]) {
      write('a.txt', textOf('other', words))
      await expectFreshResult(await count(options), options)
    }
  })

  test('a partial of what it was is not taken, not even if it comes late', async () => {
    expect((await count()).error).toBeUndefined()
    const old = join(folder, 'old')
    mkdirSync(old)
    for (const name of partials().keys()) copyFileSync(join(run, 'partials', name), join(old, name))
    write('c.txt', textOf('other', 10_000))
    expect((await count()).error).toBeUndefined()
    const now = [...partials().keys()]
    const late = readdirSync(old).filter((name) => !now.includes(name))
    expect(late.length).toBeGreaterThan(0)
    // a worker of the old plan ends only now; and a partial of it has the name of one of the new plan
    for (const name of late) copyFileSync(join(old, name), join(run, 'partials', name))
    const anew = now.find((name) => !existsSync(join(old, name)))!
    copyFileSync(join(old, late[0]), join(run, 'partials', anew))
    const outcome = await count()
    expect(outcome.warnings).toMatch(/^task \d+ is done again: .*it is the result of another task, [0-9a-f]{16}$/)
    for (const name of late) rmSync(join(run, 'partials', name))
    await expectFreshResult(outcome)
  })

  test('in a task of several files, all of them are counted again', async () => {
    for (let i = 0; i < 300; i++) write(`small${i}.txt`, `text ${i}`)
    expect((await count()).error).toBeUndefined()
    const before = partials()
    write('small7.txt', 'other text')
    await expectFreshResult(await count())
    const again = madeSince(before)
    expect(again).toContain('small7.txt')
    expect(again.length).toBeGreaterThan(1)
    expect(again.every((name) => name.startsWith('small'))).toBe(true)
  })
})
