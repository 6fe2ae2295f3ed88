import { afterEach, describe, expect, test, vi } from 'vitest'
import { createReporter } from '../../src/cli/reporter.ts'
import { fold } from '../../src/cli/terminal.ts'
import type { Progress } from '../../src/options.ts'
import { pretok, shell } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { file } = temporaryFolder()

const PROGRESS: Progress = {
  phase: 'count',
  bytes: 10,
  totalBytes: 100,
  documents: 1,
  pieces: 5,
  distinct: 5,
  rss: 1e6,
  cpuPercent: 50,
  seconds: 3,
  workers: [{ bytes: 10, memory: 5 }],
}
const BAR = '░'
const { isTTY } = process.stderr

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  Object.defineProperty(process.stderr, 'isTTY', { value: isTTY, configurable: true })
})

describe('on a terminal', () => {
  /** What a reporter writes there. */
  const onTerminal = async (env: Record<string, string>) => {
    for (const [name, value] of Object.entries({ TERM: 'xterm', CI: '', ...env })) vi.stubEnv(name, value)
    Object.defineProperty(process.stderr, 'isTTY', { value: true, configurable: true })
    const written: string[] = []
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0)
    return { reporter: await createReporter('text', false), written }
  }

  test('nothing is drawn once it has been stopped, and what is said then stays', async () => {
    const { reporter, written } = await onTerminal({})
    reporter.progress(PROGRESS)
    reporter.stop()
    expect(written.join('')).toContain(BAR)
    const before = written.length
    reporter.note('stopping (again to stop at once)')
    reporter.progress({ ...PROGRESS, bytes: 20 })
    reporter.warning('something')
    reporter.stop()
    expect(written.slice(before)).toEqual(['stopping (again to stop at once)\n', 'warning: something\n'])
  })

  test('a warning before the first progress is not lost', async () => {
    const { reporter, written } = await onTerminal({})
    reporter.warning('early')
    reporter.stop()
    expect(written).toEqual(['warning: early\n'])
  })

  test('drawing leaves the modes of the terminal as they are, whatever becomes of the process, and the lines within its width', async () => {
    Object.defineProperty(process.stderr, 'columns', { value: 40, configurable: true })
    const { reporter, written } = await onTerminal({})
    reporter.progress(PROGRESS)
    reporter.stop()
    Object.defineProperty(process.stderr, 'columns', { value: undefined, configurable: true })
    const text = written.join('')
    expect(text).toContain(' 10 %  1 s left  10 B of 100 B')
    expect(text).not.toContain('\x1b[?')
    const shown = text.split('\x1b[').map((part) => part.replace(/^\d*[A-Z]/, ''))
    for (const line of shown.join('').split('\n')) expect(line.length).toBeLessThanOrEqual(40)
  })

  test('what was done before a run began takes no part in its speed, nor in the time that is left', async () => {
    const { reporter, written } = await onTerminal({ TERM: 'dumb' })
    const resumed = { ...PROGRESS, totalBytes: 1000 }
    reporter.progress({ ...resumed, bytes: 900, seconds: 1.1, workers: [{ bytes: 10, memory: 5 }] })
    reporter.progress({ ...resumed, bytes: 910, seconds: 3, workers: [{ bytes: 20, memory: 5 }] })
    expect(written).toEqual([expect.stringMatching(/^counted 910 B of .* \(91 %\), 10 B\/s, 9 s left/)])
  })

  test.each([
    ['TERM', 'dumb'],
    ['CI', '1'],
    ['CI', 'true'],
  ])('%s=%s: there are no bars', async (name, value) => {
    const { reporter, written } = await onTerminal({ [name]: value })
    reporter.progress(PROGRESS)
    expect(written).toEqual([expect.stringMatching(/^counted 10 B of 100 B \(10 %\)/)])
  })
})

test('a line is cut between words for a narrow terminal', () => {
  expect(fold('  read   45 bytes  some/long/path.txt', 24)).toBe('  read   45 bytes\n    some/long/path.txt')
  expect(fold('  0.13 s, 8.9 MB/s; 73 MB', 100)).toBe('  0.13 s, 8.9 MB/s; 73 MB')
  expect(fold('averyveryverylongword and more', 5)).toBe('averyveryverylongword and more')
})

describe('input that was skipped', () => {
  const chunks = Array.from({ length: 9 }, (_, i) => file(`bad-${i}.txt`, Buffer.from([0xff])))
  const args = ['count', ...chunks, '--errors', 'strict', '--on-error', 'skip']

  test('is listed up to three chunks', () => {
    const { code, stderr } = pretok(args)
    expect(code).toBe(3)
    expect(stderr.match(/SKIPPED/g)).toHaveLength(3)
    expect(stderr).toMatch(/and 6 more chunks; the receipt lists all\n/)
  })

  test('is told on one line by --quiet', () => {
    const row = file('row.jsonl', '{"text":1}\n')
    expect(pretok([...args, '-q'])).toMatchObject({ code: 3, stderr: expect.stringMatching(/^warning: SKIPPED 9 chunks; --receipt lists where and why\n$/) })
    const { stderr } = pretok(['count', row, '--on-error', 'skip', '-q', '--log', 'json'])
    expect(JSON.parse(stderr)).toMatchObject({ event: 'warning', message: expect.stringContaining('SKIPPED 1 record;') })
  })
})

test('a pattern that can match nothing is not said to be split', () => {
  const text = file('text.txt', 'a b')
  const { code, stderr } = shell(`"$PRETOK" count ${text} -q -p 'a*'`)
  expect(code).toBe(2)
  expect(stderr).toMatch(/^warning: the pattern can match the empty string: text in which it does is refused.*\npretok: pattern: it matches the empty string/)
})
