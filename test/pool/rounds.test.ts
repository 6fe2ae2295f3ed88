import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Board, compareChunks, type FailedChunk, type WorkerCounts, type WorkerResult, type WorkerTask } from '../../src/messages.ts'
import { MOST_FILES_FAILED, runRounds, type Rounds, type RoundsResult } from '../../src/pool/rounds.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { emptyTally } from '../../src/receipt/tally.ts'
import type { Chunk, Task } from '../../src/types.ts'

/** What a worker meets at a chunk: nothing, a failure that is gone when it comes again, or one that stays. */
const KINDS = ['ok', 'fails once', 'dies once', 'cannot be read once', 'fails', 'dies', 'cannot be read', 'is damaged'] as const
type Kind = (typeof KINDS)[number]
const isBad = (kind: Kind): boolean => ['fails', 'dies', 'cannot be read', 'is damaged'].includes(kind)

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

const codeOf = (kind: Kind): ErrorCode | undefined => (kind === 'is damaged' ? 'data' : kind.startsWith('cannot') ? 'input' : undefined)

/** Workers that count nothing, and hand over the numbers of the chunks they did as the names of runs; with partials they commit them. */
const createWorkers = ({ chunks, kinds, tasks, waits }: Input, hasPartials: boolean) => {
  const committed: number[] = []
  const begun: number[] = []
  const hadFailed = new Set<number>()
  let waited = 0
  const meet = (chunk: number): void => {
    const kind = kinds[chunk]
    if (kind === 'ok' || (kind.endsWith('once') && hadFailed.has(chunk))) return
    hadFailed.add(chunk)
    throw kind.startsWith('dies') ? new Error(`dead at ${chunk}`) : { failedChunk: chunk, code: codeOf(kind), message: `chunk ${chunk}` }
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
        begun.push(chunk)
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
  return { work, committed, begun }
}

const inOrder = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b)
const numbersOf = (failed: readonly FailedChunk[]): number[] => inOrder(failed.map(({ chunk }) => chunk))

const runAll = async (
  input: Input,
  changes: Partial<Rounds>,
  begun: number[] = [],
): Promise<RoundsResult & { counted: number[]; threads: number[] }> => {
  const { chunks, tasks, queue, slots } = input
  const { work, committed, begun: now } = createWorkers(input, changes.files !== undefined)
  const threads: number[] = []
  let lost: number | undefined
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
          await new Promise(setImmediate)
          alive -= count
        },
      }
    },
    onError: 'fail',
    describe: (chunk) => `chunk number ${chunk}`,
    onRound: () => void now.splice(0),
    onRetry: () => {},
    onLost: ({ failedChunk }) => (lost = failedChunk),
    ...changes,
  }).finally(() => {
    // once the run has failed, nothing is begun but what stands before the failure
    if (lost !== undefined) for (const chunk of now) expect(compareChunks(chunks[chunk], chunks[lost])).toBeLessThan(0)
    begun.push(...now)
  })
  return { ...result, threads, counted: inOrder([...result.counts.flatMap(({ runs }) => runs.map(Number)), ...committed]) }
}

const errorOf = ({ kinds }: Input, chunk: number): string =>
  codeOf(kinds[chunk]) !== undefined
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
      { numRuns: 200 },
    )
  })

  test('or left out and listed, if that is wanted', async () => {
    await fc.assert(
      fc.asyncProperty(inputs(false), async (input) => {
        const { counted, retried, skipped } = await runAll(input, { onError: 'skip' })
        expect([counted, numbersOf(skipped)]).toEqual([others(input), bad(input)])
        expect(numbersOf(retried)).toEqual(numbers(input).filter((chunk) => !['ok', 'is damaged'].includes(input.kinds[chunk])))
      }),
      { numRuns: 200 },
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
      { numRuns: 200 },
    )
  })
})

/** A file in chunks, each a task. */
const inChunks = (kinds: Kind[], { slots = 2, queue = kinds.map((_, i) => i), waits = [0] }: Partial<Input> = {}): Input => ({
  chunks: kinds.map((_, i) => ({ source: 0, start: i, end: i + 1 })),
  kinds,
  tasks: kinds.map((_, i) => ({ start: i, end: i + 1 })),
  queue,
  slots,
  waits,
})
const ok = (count: number): Kind[] => Array.from({ length: count }, () => 'ok')

describe('workers that fail before they have a chunk', () => {
  const one = inChunks(ok(3))
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
  expect((await runAll(inChunks(ok(2), { slots: 3 }), {})).threads).toEqual([2])
  expect((await runAll(inChunks(ok(5), { slots: 3 }), {})).threads).toEqual([3])
  expect((await runAll(inChunks(['fails once'], { slots: 3 }), {})).threads).toEqual([1, 1])
})

test('what is tried again is told, in the order of the input', async () => {
  const told: FailedChunk[] = []
  const queues: (readonly number[])[] = []
  const { retried } = await runAll(inChunks(['fails once', 'dies once', 'ok', 'ok'], { queue: [1, 0, 3, 2] }), {
    onRetry: (failed) => void told.push(failed),
    onRound: (_, __, queue) => void queues.push(queue),
  })
  expect(retried).toEqual([{ chunk: 0, reason: 'chunk 0' }, { chunk: 1, reason: 'dead at 1' }])
  expect(told).toEqual(retried)
  expect(queues).toEqual([[1, 0, 3, 2], [1, 0, 3, 2]])
})

describe('others stop soon', () => {
  const waits = [4]

  test('behind a chunk that fails for good', async () => {
    const begun: number[] = []
    await expect(runAll(inChunks(['is damaged', ...ok(99)], { waits }), {}, begun)).rejects.toThrow('chunk 0')
    expect(begun.length).toBeLessThan(5)
  })

  test('but not where it is left out', async () => {
    const begun: number[] = []
    const { skipped } = await runAll(inChunks(['is damaged', ...ok(99)], { waits }), { onError: 'skip', onRound: () => {} }, begun)
    expect([skipped.length, inOrder(begun)]).toEqual([1, Array.from({ length: 100 }, (_, i) => i)])
  })

  test('where what fails is no chunk', async () => {
    const input = inChunks(ok(100), { waits })
    for (const changes of [{}, { onError: 'skip' as const }, { files: { ofChunk: () => 0, ofTask: () => [0], onFailure: () => {} } }]) {
      const { work, begun } = createWorkers(input, false)
      const run = (jobs: readonly unknown[]) =>
        jobs.map(async (job, slot) => (slot === 1 ? { failedChunk: -1, code: 'limit', message: 'no memory' } : work(job as WorkerTask)))
      await expect(runAll(input, { ...changes, start: () => ({ run, close: async () => {} }) })).rejects.toMatchObject({ code: 'limit', message: 'no memory' })
      expect(begun.length).toBeLessThan(5)
    }
  })

  test('when the run is stopped, before it begins or later', async () => {
    for (const isEarly of [true, false]) {
      const stopping = new AbortController()
      const begun: number[] = []
      const stop = () => stopping.abort()
      if (isEarly) stop()
      const input = inChunks(ok(100), { waits })
      await expect(runAll(input, { signal: stopping.signal, onRound: () => void queueMicrotask(stop) }, begun)).rejects.toMatchObject({ code: 'interrupted' })
      expect(begun.length).toBeLessThan(isEarly ? 1 : 5)
    }
  })
})

test('a run folder in which very many files fail is not gone on with', async () => {
  const count = MOST_FILES_FAILED + 50
  const numbers = Array.from({ length: count }, (_, i) => i)
  const input = { ...inChunks(numbers.map(() => 'is damaged'), { slots: 4 }), chunks: numbers.map((source) => ({ source, start: 0, end: 1 })) }
  const told: string[] = []
  const files = { ofChunk: (chunk: number) => chunk, ofTask: (task: number) => [task], onFailure: ({ message }: { message: string }) => void told.push(message) }
  const { failed } = await runAll(input, { files })
  expect(failed.size).toBe(MOST_FILES_FAILED)
  expect(new Set(told).size).toBe(MOST_FILES_FAILED)
})

test('a failure to write ends the run, whatever is to be done about others', async () => {
  const input = inChunks(ok(2), { slots: 1 })
  const files = { ofChunk: (chunk: number) => chunk, ofTask: (task: number) => [task], onFailure: () => expect.fail('it is no failure of a file') }
  const full = { run: (jobs: readonly unknown[]) => jobs.map(async () => ({ failedChunk: 1, code: 'output', message: 'the disk is full' })), close: async () => {} }
  for (const changes of [{}, { files }, { onError: 'skip' as const }])
    await expect(runAll(input, { start: () => full, ...changes })).rejects.toMatchObject({ code: 'output', message: 'the disk is full' })
})
