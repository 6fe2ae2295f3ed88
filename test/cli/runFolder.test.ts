import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { thisHost } from '../../src/temporary.ts'
import { pretok, shell, startPretok, type Outcome } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder, file } = temporaryFolder()

const words = Array.from({ length: 60_000 }, (_, i) => `word${(Math.imul(i, 7919) >>> 0) % 20_011}`)
const corpus = file('corpus.txt', words.map((word, i) => word + (i % 50 === 0 ? '<|endoftext|>' : ' ')).join(''))
/** A time that a file system stores as it is. */
const WRITTEN = new Date(1_700_000_000_000)
utimesSync(corpus, WRITTEN, WRITTEN)
const run = join(folder, 'run')
const output = join(folder, 'out.tsv')
/** About thirty tasks. */
const SMALL = ['--chunk-bytes', '20000']

const expected = (() => {
  const path = join(folder, 'expected.tsv')
  expect(pretok(['count', corpus, '-o', path, '-q']).code).toBe(0)
  return readFileSync(path)
})()

const expectResult = ({ code, stderr }: Outcome): void => {
  expect(code, stderr).toBe(0)
  expect(readFileSync(output).equals(expected)).toBe(true)
}

const partials = (): string[] => readdirSync(join(run, 'partials')).sort()
const partial = (task: number): string => {
  const { plan } = JSON.parse(readFileSync(join(run, 'plan.json'), 'utf8')) as { plan: { tasks: { id: string }[] } }
  return join(run, 'partials', `${plan.tasks[task].id}.run`)
}
const status = (...args: string[]): { tasks: number; done: number; missing: number[]; damaged: { task: number; problem: string }[] } =>
  JSON.parse(pretok(['status', run, '--json', ...args]).stdout)
const resume = (...args: string[]): Outcome => pretok(['count', corpus, '--work-dir', run, '--resume', '-o', output, ...args])

beforeEach(() => {
  rmSync(run, { recursive: true, force: true })
  rmSync(output, { force: true })
})

describe('a run with a work-dir', () => {
  test('has the result of one without, and leaves its partial results and nothing else', () => {
    expectResult(pretok(['count', corpus, '--work-dir', run, '-o', output, '-n', '2', ...SMALL]))
    expect(readdirSync(run).sort()).toEqual(['partials', 'plan.json'])
    const { tasks, done } = status('--verify')
    expect(tasks).toBeGreaterThan(20)
    expect(done).toBe(tasks)
    expect(partials()).toHaveLength(tasks)
  })

  test('is not begun over one that is there', () => {
    pretok(['count', corpus, '--work-dir', run, '-q', '-o', output, ...SMALL])
    const again = pretok(['count', corpus, '--work-dir', run, '-q', '-o', output, ...SMALL])
    expect(again.code).toBe(2)
    expect(again.stderr).toMatch(/there is a run in it; --resume goes on with it, another folder begins a new one/)
  })

  test('goes on with what is missing or damaged, and says so', () => {
    pretok(['count', corpus, '--work-dir', run, '-q', '-o', output, ...SMALL])
    const before = partials().map((name) => readFileSync(join(run, 'partials', name)))
    rmSync(partial(0))
    writeFileSync(partial(1), readFileSync(partial(1)).subarray(0, -1))
    const flipped = readFileSync(partial(2))
    flipped[100] ^= 1
    writeFileSync(partial(2), flipped)
    copyFileSync(partial(4), partial(3))
    writeFileSync(partial(5), '')
    expect(status().damaged.map(({ task }) => task)).toEqual([1, 3, 5]) // task 2 looks whole until it is read
    expect(status('--verify').damaged.map(({ task }) => task)).toEqual([1, 2, 3, 5])
    expect(pretok(['status', run]).code).toBe(1)
    const outcome = resume('-n', '2')
    expectResult(outcome)
    for (const task of [1, 2, 3, 5]) expect(outcome.stderr).toContain(`warning: task ${task} is done again: `)
    expect(outcome.stderr).not.toContain('task 0 is')
    // each partial is a function of the task
    expect(partials().map((name, i) => readFileSync(join(run, 'partials', name)).equals(before[i]))).not.toContain(false)
  })

  test('what cannot be read is not done again, for it may be whole', () => {
    expect(pretok(['count', corpus, '--work-dir', run, '-q', ...SMALL]).code).toBe(0)
    const path = partial(3)
    const kept = readFileSync(path)
    rmSync(path)
    mkdirSync(path)
    for (const args of [['count', run], ['count', corpus, '--work-dir', run, '--resume'], ['merge', run, '-o', output]]) {
      const { code, stderr } = pretok(args)
      expect([code, stderr]).toEqual([1, expect.stringContaining('it is a directory; if it cannot be made readable, remove it, and its task is done again')])
    }
    expect(pretok(['status', run]).stdout).toContain(`task 3 cannot be looked at: reading the run ${path}`)
    rmSync(path, { recursive: true })
    writeFileSync(path, kept)
    expectResult(resume())
  })

  test.skipIf(process.platform === 'win32')('a named pipe in place of what it needs is not waited for', () => {
    expect(pretok(['count', corpus, '--work-dir', run, '-q', ...SMALL]).code).toBe(0)
    rmSync(partial(3))
    expect(shell(`mkfifo ${partial(3)}`).code).toBe(0)
    expect(status().damaged.map(({ task }) => task)).toEqual([3])
    const outcome = resume()
    expectResult(outcome)
    expect(outcome.stderr).toContain('warning: task 3 is done again: ')
    const plan = join(run, 'plan.json')
    rmSync(plan)
    expect(shell(`mkfifo ${plan}`).code).toBe(0)
    for (const args of [['status', run], ['count', run], ['merge', run, '-o', output], ['count', corpus, '--work-dir', run, '--resume']])
      expect(pretok(args)).toMatchObject({ code: 1, stderr: `pretok: reading ${plan}: it is a named pipe\n` })
  })

  test('by another tier, also of a tokenizer that the tiers get in two forms', () => {
    for (const tokenizer of ['roberta_prefix_space', 'llama2_nonlegacy']) {
      rmSync(run, { recursive: true, force: true })
      const args = ['count', corpus, '-t', tokenizer, '-s', '<|endoftext|>', '--work-dir', run, ...SMALL, '-q', '-o', output]
      expect(pretok([...args, '--engine', 'reference']).code).toBe(0)
      const counts = readFileSync(output)
      rmSync(partial(1))
      rmSync(partial(2))
      const { code, stderr } = pretok([...args, '--resume'])
      expect(code, stderr).toBe(0)
      expect(readFileSync(output).equals(counts)).toBe(true)
    }
  })

  test('a part of the work does not depend on memory or workers', () => {
    pretok(['count', corpus, '--work-dir', run, '-q', '-o', output, '-n', '1', ...SMALL])
    const before = partials().map((name) => readFileSync(join(run, 'partials', name)))
    rmSync(join(run, 'partials'), { recursive: true })
    mkdirSync(join(run, 'partials'))
    expectResult(resume('-n', '3', '-m', '0.06', '--engine', 'reference', '--block-bytes', '100'))
    expect(partials().map((name, i) => readFileSync(join(run, 'partials', name)).equals(before[i]))).not.toContain(false)
  })

  test('what was killed is cleaned up, and nothing that was done is lost', async () => {
    for (let round = 0; round < 4; round++) {
      const { child, ended } = startPretok(['count', corpus, '--work-dir', run, '--resume', '-o', output, '-n', '2', ...SMALL])
      const wanted = 4 * (round + 1)
      while (child.exitCode === null && !(existsSync(join(run, 'partials')) && partials().length >= wanted))
        await new Promise((resolve) => setTimeout(resolve, 2))
      child.kill('SIGKILL')
      await ended
      if (!existsSync(output)) expect(partials().length).toBeGreaterThanOrEqual(wanted)
    }
    const done = status('--verify')
    expect(done.damaged).toEqual([])
    expectResult(resume())
    expect(readdirSync(run).sort()).toEqual(['partials', 'plan.json'])
  })

  test('Ctrl-C leaves a state to go on from, and says how', async () => {
    const { child, ended } = startPretok(['count', corpus, '--work-dir', run, '-o', output, '-n', '1', ...SMALL])
    while (child.exitCode === null && !(existsSync(join(run, 'partials')) && partials().length >= 2))
      await new Promise((resolve) => setTimeout(resolve, 2))
    child.kill('SIGINT')
    const { code, stderr } = await ended
    if (code === 0) return expectResult({ code, stdout: '', stderr }) // it was faster
    expect(code).toBe(130)
    expect(stderr).toMatch(/stopped; \d+ of \d+ tasks are done and kept in .*run\. To go on: the same command with --resume/)
    expect(existsSync(output)).toBe(false)
    expectResult(resume())
  })

  test('Ctrl-C stops all files, and no warning says that others are gone on with', async () => {
    const text = readFileSync(corpus, 'utf8').repeat(8) // long enough to be still counted when the signal comes
    const paths = ['first.txt', 'second.txt'].map((name) => file(name, text))
    const { child, ended } = startPretok(['count', ...paths, '--work-dir', run, '-n', '2', '--engine', 'reference', ...SMALL])
    while (child.exitCode === null && !(existsSync(join(run, 'partials')) && partials().length >= 2))
      await new Promise((resolve) => setTimeout(resolve, 2))
    child.kill('SIGINT')
    const { code, stderr } = await ended
    expect(code).toBe(130)
    expect(stderr).not.toContain('warning')
  })

  test('another attempt that lives is told, politely', () => {
    pretok(['count', corpus, '--work-dir', run, '-q', '-o', output, ...SMALL])
    rmSync(partial(0))
    mkdirSync(join(run, `pretok-${thisHost()}-${process.pid}-01234567`))
    mkdirSync(join(run, `pretok-another-host-17-01234567`))
    const outcome = resume()
    expectResult(outcome)
    expect(outcome.stderr).toContain(`another attempt seems to be at work here`)
    expect(outcome.stderr).toContain('host another-host, process 17')
  })
})

describe('what does not fit the plan is refused', () => {
  const planned = join(folder, 'planned')
  const resume = (...args: string[]): Outcome => pretok(['count', corpus, '--work-dir', planned, '--resume', '-o', output, ...args])
  beforeAll(() => expect(pretok(['plan', corpus, '--out', planned, ...SMALL]).code).toBe(0))

  test.each([
    [['-t', 'cl100k_base'], /the tokenizer: gpt2 there, cl100k_base now/],
    [['-s', '<|x|>'], /the special or added tokens: none only there, "<\|x\|>" only now/],
    [['--errors', 'ignore'], /the option errors: "replace" there, "ignore" now/],
    [['--format', 'text'], /the option format: not given there, "text" now/],
    [['--strip-bom'], /the option stripBom: false there, true now/],
    [['--sample', '0.5'], /the option sample: not given there, 0\.5 with seed 0 now/],
    [['--min-count', '2'], /the option minCount: not given there, 2 now/],
  ])('%j', (args, message) => {
    const { code, stderr } = resume(...args)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })

  test.each(['{}', 'null', '[]', '{"id":1}', '{"id":"a","plan":null}', '"plan"', ''])('a plan.json that is %s', (text) => {
    mkdirSync(join(run, 'partials'), { recursive: true })
    writeFileSync(join(run, 'plan.json'), text)
    for (const args of [['status', run], ['count', run], ['merge', run, '-o', output], ['count', corpus, '--work-dir', run, '--resume']]) {
      const { code, stderr } = pretok(args)
      expect(code, stderr).toBe(1)
      expect(stderr).toMatch(/plan\.json: it is no (plan|JSON \(.*\)); plan into a new folder\n$/)
    }
  })

  test('other files, and a plan that was edited', () => {
    const other = file('other.txt', 'a b c')
    expect(pretok(['count', corpus, other, '--work-dir', planned, '--resume', '-q']).stderr).toMatch(
      /the input .*other\.txt is not in the plan/,
    )
    const plan = join(planned, 'plan.json')
    writeFileSync(plan, readFileSync(plan, 'utf8').replace('"errors":"replace"', '"errors":"ignore"'))
    expect(resume().stderr).toMatch(/reading .*plan\.json: its hash is [0-9a-f]{16} instead of [0-9a-f]{16}; it was changed or damaged/)
    writeFileSync(plan, '{')
    expect(resume().stderr).toMatch(/reading .*plan\.json: it is no JSON/)
  })
})

describe('plan, count, status and merge', () => {
  test('share a corpus out', () => {
    const planned = pretok(['plan', corpus, '--out', run, ...SMALL])
    expect(planned.code).toBe(0)
    expect(planned.stderr).toMatch(/plan [0-9a-f]{16}, \d+ tasks; pretok count .*run does them/)
    const again = pretok(['plan', corpus, '--out', run, ...SMALL])
    expect(again.code).toBe(2)
    expect(again.stderr).toContain(`--out ${run}: there is a run in it; pretok count ${run} goes on with it, another folder begins a new one`)
    expect(status()).toMatchObject({ done: 0, damaged: [] })
    expect(pretok(['count', run, '--shard', '1/3', '-n', '1']).code).toBe(0)
    const { done, tasks, missing } = status()
    expect(done).toBe(Math.ceil(tasks / 3))
    const early = pretok(['merge', run, '-o', output])
    expect(early.code).toBe(1)
    expect(early.stderr).toContain(
      `${missing.length} of ${tasks} tasks are not done (the first is ${missing[0]}); pretok count ${run} does them`,
    )
    expect(pretok(['count', run, '--shard', '2/3']).code).toBe(0)
    expect(pretok(['count', run, '--shard', '3/3']).stderr).toMatch(/tasks done of shard 3\/3/)
    expect(pretok(['count', run, '--shard', '3/3']).stderr).toMatch(/nothing was left to do of shard 3\/3/)
    expect(pretok(['status', run]).stdout).toContain(`${tasks} of ${tasks} tasks done`)
    expectResult(pretok(['merge', run, '-o', output, '-n', '2']))
    const bytes = readFileSync(partial(1))
    bytes[100] ^= 1 // which only shows where it is read
    writeFileSync(partial(1), bytes)
    const damaged = pretok(['merge', run, '-o', output])
    expect(damaged.code).toBe(1)
    expect(damaged.stderr).toMatch(/the file is damaged; pretok count .*run makes it again\n$/)
    expect(pretok(['count', run, '-q']).code).toBe(0)
    expectResult(pretok(['merge', run, '-o', output]))
  })

  test('tells of a shard how far it is, and not of what others have to do', () => {
    pretok(['plan', corpus, '--out', run, ...SMALL])
    const { stderr } = pretok(['count', run, '--shard', '2/3', '-n', '1', '--log', 'json'])
    const progress = stderr.split('\n').filter((line) => line.includes('"progress"')).map((line) => JSON.parse(line))
    const { bytes, totalBytes, workers } = progress.at(-1)
    expect(bytes).toBe(totalBytes)
    expect(workers[0].bytes).toBe(totalBytes)
    expect(totalBytes).toBeLessThan(statSync(corpus).size / 2)
  })

  test('count of a run folder writes the result, if it is asked for, with the receipt of the whole', () => {
    pretok(['plan', corpus, '--out', run, ...SMALL])
    pretok(['count', run, '--shard', '1/2'])
    const receipt = join(folder, 'receipt.json')
    expectResult(pretok(['count', run, '-o', output, '--receipt', receipt]))
    const { bytes, documents } = JSON.parse(readFileSync(receipt, 'utf8')) as { bytes: { read: number }; documents: number }
    expect(bytes.read).toBe(statSync(corpus).size)
    expect(documents).toBe(1201)
  })

  test('one task is one; -q says nothing', () => {
    expect(pretok(['plan', corpus, '--out', run]).stderr).toMatch(/plan [0-9a-f]{16}, 1 task; pretok count .*run does it\n$/)
    expect(pretok(['status', run]).stdout).toMatch(/0 of 1 task done, .*\npretok count .*run does it\n$/)
    expect(pretok(['count', run]).stderr).toContain(`${run}: 1 task done`)
    expect(pretok(['plan', corpus, '-q', '--out', join(folder, 'quiet')])).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('plan warns as count does, also with -q', () => {
    const idle = ['--seed', '1', '-t', 'phi-4', '-q']
    const warningsOf = (...args: string[]): string[] => pretok([...args, ...idle]).stderr.split('\n').sort()
    const warnings = warningsOf('count', corpus, '-o', '-')
    expect(warnings).toEqual(['', expect.stringMatching(/^warning: --seed changes nothing/), expect.stringMatching(/^warning: tokenizer phi-4 /)])
    expect(warningsOf('plan', corpus)).toEqual(warnings)
    expect(warningsOf('plan', corpus, '--out', run)).toEqual(warnings)
  })

  test('what could not be read is told by each count, by its exit code, too', () => {
    const rows = file('rows.jsonl', ['{"text":"a"}', 'none', '{"text":"b"}', '{', ''].join('\n'))
    const bad = file('bad.txt', Buffer.from([0x61, 0xff]))
    expect(pretok(['plan', rows, bad, '--on-error', 'skip', '--errors', 'strict', '--out', run]).code).toBe(0)
    const outcome = pretok(['count', run, '-q'])
    expect(outcome.code).toBe(3)
    expect(outcome.stderr).toContain('SKIPPED 2 records and 1 chunk')
    expect(pretok(['count', run, '--shard', '1/1', '-q']).code).toBe(3)
    expect(pretok(['merge', run, '-o', output, '-q']).code).toBe(3)
  })

  test('what is left out of the result is in the plan, and so in whatever is made of the folder', () => {
    const receipt = join(folder, 'receipt.json')
    const filters = ['--min-count', '4', '--include', '^ ?word1']
    pretok(['count', corpus, '-q', '-o', output, ...filters])
    const filtered = readFileSync(output)
    expect(filtered.length).toBeLessThan(expected.length)
    const expectFiltered = (...args: string[]): void => {
      const { code, stderr } = pretok([...args, '-q', '-o', output, '--receipt', receipt])
      expect(code, stderr).toBe(0)
      expect(readFileSync(output).equals(filtered)).toBe(true)
      const { filters, bytes } = JSON.parse(readFileSync(receipt, 'utf8')) as { filters: object; bytes: { read: number } }
      expect(filters).toMatchObject({ minCount: 4, include: '^ ?word1', removed: {} })
      expect(bytes.read).toBe(statSync(corpus).size)
    }
    pretok(['plan', corpus, '--out', run, ...SMALL, ...filters])
    expectFiltered('count', run)
    expectFiltered('merge', run)
    expectFiltered('count', corpus, '--work-dir', run, '--resume', ...filters)
    rmSync(run, { recursive: true })
    expectFiltered('count', corpus, '--work-dir', run, ...SMALL, ...filters)
    expectFiltered('merge', run)
    const other = pretok(['count', corpus, '--work-dir', run, '--resume', '--min-count', '5'])
    expect(other.code).toBe(2)
    expect(other.stderr).toContain('the option minCount: 4 there, 5 now')
    expect(other.stderr).toContain('the option include: "^ ?word1" there, not given now')
    expect(pretok(['count', run, '--min-count', '5', '--sample', '0.5']).stderr).toMatch(
      /--sample, --min-count: the plan in this folder has settled that/,
    )
  })

  test('bad usage', () => {
    pretok(['plan', corpus, '--out', run, ...SMALL])
    const refused = (...args: string[]): string => {
      const { code, stderr } = pretok(args)
      expect(code, stderr).toBe(2)
      return stderr
    }
    expect(refused('count', run, '--shard', '0/3')).toMatch(/--shard "0\/3": i\/n is needed, with i from 1 to n/)
    expect(refused('count', run, '--shard', '1/3', '-o', output)).toMatch(/pretok merge RUN -o OUT/)
    expect(refused('count', run, '-t', 'gpt2')).toMatch(/--tokenizer: the plan in this folder has settled that/)
    expect(refused('count', run, '--engine', 'transformers.js')).toContain(
      `--engine: the run in ${run} was planned for pretok's own tiers, not for transformers.js, whose pieces may be others; another folder`,
    )
    expect(refused('count', corpus, run)).toContain(`the run folder ${run} is counted alone; what it counts is in its plan`)
    expect(refused('count', corpus, '--shard', '1/3')).toMatch(/pretok plan INPUT… --out RUN makes one/)
    expect(refused('count', corpus, '--resume')).toMatch(/--resume goes on with the run in --work-dir, but there is none/)
    expect(pretok(['status', folder]).stderr).toMatch(/there is no plan\.json in it/)
  })
})
