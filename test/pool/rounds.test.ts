import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Board, compareChunks, type FailedChunk, type WorkerCounts, type WorkerResult, type WorkerTask } from '../../src/messages.ts'
import { MOST_FILES_FAILED, runRounds, type Rounds, type RoundsResult } from '../../src/pool/rounds.ts'
import { emptyTally } from '../../src/receipt/tally.ts'
import type { Chunk, Task } from '../../src/types.ts'

/** What a worker meets at a chunk: nothing, a failure that is gone when it comes again, or one that stays. */
const KINDS = ['ok', 'fails once', 'dies once', 'fails', 'dies', 'is damaged'] as const
type Kind = (typeof KINDS)[number]
const isBad = (kind: Kind): boolean => ['fails', 'dies', 'is damaged'].includes(kind)

interface Input {
  chunks: Chunk[]
  kinds: Kind[]
  tasks: Task[]
  queue: number[]
  slots: number
  /** How many steps a worker waits before each chunk: a list that is gone round in. */
  waits: number[]
}

/** A task is one chunk, but with a run folder, or of one file. */
const inputs = (isRunFolder: boolean): fc.Arbitrary<Input> =>
  fc
    .record({
      // files in any order, of one chunk or several
      files: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 1 }).chain((files) => fc.tuple(...files.map((file) => fc.tuple(fc.constant(file), fc.integer({ min: 1, max: 4 }))))),
      kinds: fc.array(fc.oneof({ weight: 4, arbitrary: fc.constant('ok' as const) }, fc.constantFrom(...KINDS)), { minLength: 16, maxLength: 16 }),
      perTask: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 16, maxLength: 16 }),
      slots: fc.integer({ min: 1, max: 4 }),
      waits: fc.array(fc.nat(6), { minLength: 1, maxLength: 30 }),
      order: fc.array(fc.nat(), { minLength: 16, maxLength: 16 }),
    })
    .map(({ files, kinds, perTask, slots, waits, order }) => {
      const chunks = files.flatMap(([source, count]) => Array.from({ length: count }, (_, i) => ({ source, start: i * 10, end: i * 10 + 10 })))
      const tasks: Task[] = []
      for (let start = 0; start < chunks.length; start = tasks.at(-1)!.end) {
        const size = isRunFolder || files.length === 1 ? perTask[tasks.length] : 1
        tasks.push({ start, end: Math.min(chunks.length, start + size) })
      }
      const queue = tasks.map((_, task) => task).sort((a, b) => order[a] - order[b])
      return { chunks, kinds: kinds.slice(0, chunks.length), tasks, queue, slots, waits }
    })

const COUNTS: WorkerCounts = { table: undefined, runs: [], tally: emptyTally(0), invalid: [], skippedRecords: [], memory: 0 }

/** Workers that count nothing, and hand over the numbers of the chunks they did as the names of runs; with partials they commit them. */
const createWorkers = ({ chunks, kinds, tasks, waits }: Input, hasPartials: boolean) => {
  const committed: number[] = []
  const hadFailed = new Set<number>()
  let waited = 0
  const meet = (chunk: number): void => {
    const kind = kinds[chunk]
    if (kind === 'ok' || (kind.endsWith('once') && hadFailed.has(chunk))) return
    hadFailed.add(chunk)
    throw kind.startsWith('dies') ? new Error(`dead at ${chunk}`) : { failedChunk: chunk, code: kind === 'is damaged' ? 'data' : undefined, message: `chunk ${chunk}` }
  }
  const work = async ({ board: memory, slot, skipped }: WorkerTask): Promise<WorkerResult> => {
    const board = new Board(memory, tasks.length)
    const isSkipped = new Set(skipped.map(({ chunk }) => chunk))
    let counted: number[] = []
    for (let number = board.take(slot); number !== -1; number = board.take(slot)) {
      for (let chunk = tasks[number].start; chunk < tasks[number].end; chunk++) {
        if (isSkipped.has(chunk)) continue
        board.enter(slot, chunk)
        for (let left = waits[waited++ % waits.length]; left >= 0; left--) {
          if (board.isCancelled(chunk, (at) => chunks[at])) return { failedChunk: chunk, code: 'interrupted', message: 'stopped' }
          await Promise.resolve()
        }
        try {
          meet(chunk)
        } catch (error) {
          if (error instanceof Error) throw error
          return error as WorkerResult
        }
        counted.push(chunk)
      }
      if (!hasPartials) continue
      board.commit(number)
      committed.push(...counted)
      counted = []
    }
    return { ...COUNTS, runs: counted.map(String) }
  }
  return { work, committed }
}

const inOrder = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b)
const numbersOf = (failed: readonly FailedChunk[]): number[] => inOrder(failed.map(({ chunk }) => chunk))

const runAll = async (input: Input, changes: Partial<Rounds>): Promise<RoundsResult & { counted: number[]; threads: number[] }> => {
  const { chunks, tasks, queue, slots } = input
  const { work, committed } = createWorkers(input, changes.files !== undefined)
  const threads: number[] = []
  let alive = 0
  const result = await runRounds({
    chunks,
    tasks,
    queue,
    slots,
    taskFor: (board, slot, skipped) => ({ board: board.memory, slot, skipped }) as WorkerTask,
    start(count) {
      threads.push(count)
      expect((alive += count)).toBeLessThanOrEqual(slots)
      return {
        run: (jobs) => jobs.map((job) => work(job as WorkerTask)),
        close: async () => {
          await Promise.resolve()
          alive -= count
        },
      }
    },
    onError: 'fail',
    describe: (chunk) => `chunk number ${chunk}`,
    onRound: () => {},
    onRetry: () => {},
    onLost: () => {},
    ...changes,
  })
  return { ...result, threads, counted: inOrder([...result.counts.flatMap(({ runs }) => runs.map(Number)), ...committed]) }
}

const errorOf = ({ kinds }: Input, chunk: number): string =>
  kinds[chunk] === 'is damaged'
    ? `chunk ${chunk}`
    : `counting: a worker failed twice at chunk number ${chunk}: ${kinds[chunk] === 'dies' ? 'dead at' : 'chunk'} ${chunk}`

describe('whatever fails, in whatever order', () => {
  const numbers = ({ chunks }: Input): number[] => chunks.map((_, chunk) => chunk)
  const bad = (input: Input): number[] => numbers(input).filter((chunk) => isBad(input.kinds[chunk]))
  const others = (input: Input): number[] => numbers(input).filter((chunk) => !isBad(input.kinds[chunk]))
  const failOnce = ({ kinds }: Input): number[] => kinds.flatMap((kind, chunk) => (kind.endsWith('once') ? [chunk] : []))

  test('each chunk is counted once, or the first in the input that fails for good is told of', async () => {
    await fc.assert(
      fc.asyncProperty(inputs(false), async (input) => {
        const first = bad(input).sort((a, b) => compareChunks(input.chunks[a], input.chunks[b]))[0]
        if (first !== undefined) {
          await expect(runAll(input, {})).rejects.toMatchObject({ message: errorOf(input, first) })
          return
        }
        const { counted, retried, skipped } = await runAll(input, {})
        expect([counted, numbersOf(retried), skipped]).toEqual([numbers(input), failOnce(input), []])
      }),
      { numRuns: 300 },
    )
  })

  test('or left out and listed, if that is wanted', async () => {
    await fc.assert(
      fc.asyncProperty(inputs(false), async (input) => {
        const { counted, retried, skipped } = await runAll(input, { onError: 'skip' })
        expect([counted, numbersOf(skipped)]).toEqual([others(input), bad(input)])
        expect(numbersOf(retried)).toEqual(numbers(input).filter((chunk) => !['ok', 'is damaged'].includes(input.kinds[chunk])))
      }),
      { numRuns: 300 },
    )
  })

  test('in a run folder all tasks are done of files in which nothing fails for good, and each file that fails is told of once', async () => {
    await fc.assert(
      fc.asyncProperty(inputs(true), async (input) => {
        const { chunks, tasks } = input
        const files = {
          ofChunk: (chunk: number) => chunks[chunk].source,
          ofTask: (task: number) => chunks.slice(tasks[task].start, tasks[task].end).map(({ source }) => source),
          onFailure: () => {},
        }
        const { counted, failed } = await runAll(input, { files })
        expect(new Set(counted).size).toBe(counted.length)
        expect(bad(input).map((chunk) => chunks[chunk].source)).toEqual(expect.arrayContaining([...failed.keys()]))
        // what fails may not have been met in a task that is not done, for another file in it fails
        for (const chunk of bad(input)) {
          const task = tasks.findIndex(({ start, end }) => chunk >= start && chunk < end)
          expect(files.ofTask(task).some((file) => failed.has(file))).toBe(true)
        }
        for (const [file, { message }] of failed)
          expect(bad(input).filter((chunk) => chunks[chunk].source === file).map((chunk) => errorOf(input, chunk))).toContain(message)
        tasks.forEach(({ start, end }, task) => {
          if (files.ofTask(task).some((file) => failed.has(file))) return
          expect(counted).toEqual(expect.arrayContaining(numbers(input).slice(start, end)))
        })
      }),
      { numRuns: 300 },
    )
  })
})

describe('workers that fail before they have a chunk', () => {
  const one: Input = { chunks: [0, 1, 2].map((i) => ({ source: 0, start: i, end: i + 1 })), kinds: ['ok', 'ok', 'ok'], tasks: [0, 1, 2].map((i) => ({ start: i, end: i + 1 })), queue: [0, 1, 2], slots: 2, waits: [0] }
  /** Those of so many rounds do not start. */
  const stillborn = (rounds: number, changes: Partial<Rounds> = {}) => {
    const { work } = createWorkers(one, false)
    let round = 0
    const start = () => {
      const isDead = round++ < rounds
      return { run: (jobs: readonly unknown[]) => jobs.map((job) => (isDead ? Promise.reject(new Error('no memory')) : work(job as WorkerTask))), close: async () => {} }
    }
    return runAll(one, { start, ...changes })
  }

  test('all of one round, are tried once more', async () => {
    const { counted, retried } = await stillborn(1)
    expect(counted).toEqual([0, 1, 2])
    expect(retried).toEqual([{ chunk: -1, reason: 'no memory' }, { chunk: -1, reason: 'no memory' }])
  })

  test.each(['fail', 'skip'] as const)('and those in their place, fail the run (on error: %s)', async (onError) => {
    await expect(stillborn(2, { onError })).rejects.toThrow('counting: workers failed before they had anything to count, and others in their place: no memory')
  })
})

test('as many workers are started as there are tasks to do, and no more than there may be', async () => {
  const input = (count: number, kinds: Kind[]): Input => ({
    chunks: Array.from({ length: count }, (_, i) => ({ source: 0, start: i, end: i + 1 })),
    kinds,
    tasks: Array.from({ length: count }, (_, i) => ({ start: i, end: i + 1 })),
    queue: Array.from({ length: count }, (_, i) => i),
    slots: 3,
    waits: [0],
  })
  expect((await runAll(input(2, ['ok', 'ok']), {})).threads).toEqual([2])
  expect((await runAll(input(5, ['ok', 'ok', 'ok', 'ok', 'ok']), {})).threads).toEqual([3])
  expect((await runAll({ ...input(1, ['fails once']), slots: 3 }, {})).threads).toEqual([1, 1])
})

test('a run folder in which very many files fail is not gone on with', async () => {
  const count = MOST_FILES_FAILED + 50
  const numbers = Array.from({ length: count }, (_, i) => i)
  const input: Input = { chunks: numbers.map((source) => ({ source, start: 0, end: 1 })), kinds: numbers.map(() => 'is damaged'), tasks: numbers.map((i) => ({ start: i, end: i + 1 })), queue: numbers, slots: 4, waits: [0] }
  const told: string[] = []
  const files = { ofChunk: (chunk: number) => chunk, ofTask: (task: number) => [task], onFailure: ({ message }: { message: string }) => void told.push(message) }
  const { failed } = await runAll(input, { files })
  expect(failed.size).toBe(MOST_FILES_FAILED)
  expect(new Set(told).size).toBe(MOST_FILES_FAILED)
})

test('a failure to write, or a signal, ends the run at once', async () => {
  const input: Input = { chunks: [0, 1].map((source) => ({ source, start: 0, end: 1 })), kinds: ['ok', 'ok'], tasks: [0, 1].map((i) => ({ start: i, end: i + 1 })), queue: [0, 1], slots: 1, waits: [0] }
  const files = { ofChunk: (chunk: number) => chunk, ofTask: (task: number) => [task], onFailure: () => expect.fail('it is no failure of a file') }
  const full = { run: (jobs: readonly unknown[]) => jobs.map(async () => ({ failedChunk: 1, code: 'output', message: 'the disk is full' })), close: async () => {} }
  for (const changes of [{}, { files }, { onError: 'skip' as const }])
    await expect(runAll(input, { start: () => full, ...changes })).rejects.toMatchObject({ code: 'output', message: 'the disk is full' })
  const stopping = new AbortController()
  stopping.abort()
  await expect(runAll(input, { signal: stopping.signal })).rejects.toMatchObject({ code: 'interrupted' })
})
