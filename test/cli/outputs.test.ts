import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { pretok, shell, startPretok } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder, file } = temporaryFolder()
const CORPUS = file('corpus.txt', 'a b')
const BAD = file('bad.jsonl', '{"text":"a b"}\n{"text":1}\n')
const COUNTS = file('counts.json', '{"a": 1}')
const OTHERS = file('others.json', '{"b": 1}')
const path = (name: string): string => join(folder, name)

describe.skipIf(!existsSync('/dev/full'))('output that cannot be written', () => {
  test.each([
    `count ${BAD} --on-error skip -q -o ${path('skipped.json')} --receipt -`,
    `count ${CORPUS} -q -o -`,
    `diff ${COUNTS} ${OTHERS}`,
    `merge ${COUNTS} -o -`,
    'tokenizers',
  ])('%s', (words) => {
    const { code, stderr } = shell(`"$PRETOK" ${words} > /dev/full`)
    expect({ code, lines: stderr.trim().split('\n').filter((line) => !line.startsWith('warning: ')) }).toEqual({
      code: 1,
      lines: [expect.stringContaining('pretok: writing to standard output: no space left on the device')],
    })
  })

  test.each([
    ['a file', 'count', CORPUS, '-o', '/dev/full', '--output-format', 'json'],
    ['a receipt', 'count', CORPUS, '--receipt', '/dev/full'],
    ['a merged file', 'merge', COUNTS, '-o', '/dev/full', '--output-format', 'json'],
  ])('%s that cannot be written does not cost those named behind it', (_, ...args) => {
    const out = path('behind.json')
    const { code, stderr } = pretok([...args, '-o', out, '-q'])
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^pretok: writing \/dev\/full: no space left on the device; .*\n$/) })
    expect(pretok(['top', out]).stdout).toContain('"a"')
    rmSync(out)
  })

  test('all outputs that cannot be written are told', () => {
    const { stderr } = shell(`"$PRETOK" count ${CORPUS} -o /dev/full --output-format json -q -o - > /dev/full`)
    expect(stderr).toMatch(/^pretok: writing \/dev\/full: no space .*; writing to standard output: no space .*\n$/)
  })

  test('does not cost the files that are whole', () => {
    const out = path('whole.json')
    expect(shell(`"$PRETOK" count ${CORPUS} -q -o - -o ${out} > /dev/full`).code).toBe(1)
    expect(pretok(['top', out]).stdout).toContain('"a"')
  })
})

test.each([
  ['-o - -o -', ' | cat'],
  ['-o - -o /dev/stdout --output-format tsv', ' | cat'],
  ['-o /dev/stdout --receipt - --output-format tsv', ' | cat'],
  [`-o - -o ${path('redirected.json')}`, ` > ${path('redirected.json')}`],
])('two results do not go to standard output: %s', (options, behind) => {
  const { code, stdout, stderr } = shell(`"$PRETOK" count ${CORPUS} -q ${options}${behind}`)
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr: 'pretok: writing to standard output: two results go there; write one of them to a file\n',
  })
})

test('one may, under whatever name, and the rest to where nothing is kept', () => {
  const { code, stdout } = shell(`"$PRETOK" count ${CORPUS} -q -o /dev/stdout -o /dev/null --receipt /dev/null --output-format tsv | cat`)
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'piece\tcount\n b\t1\na\t1\n' })
})

describe('names that lead elsewhere', () => {
  const real = path('real')
  mkdirSync(real)
  symlinkSync(real, path('linked'))
  symlinkSync(path('none/x.json'), path('nowhere.json'))
  symlinkSync('target.json', path('link.json'))

  test.each([
    ['into a folder that is not there', 'nowhere.json', () => `there is no folder ${path('none')}; make the folder first`],
    ['through a file', 'corpus.txt/x.json', () => 'a part of the path is not a directory'],
    ['to a folder that is not there', 'x.json/', () => 'its name ends with /, as that of a folder does'],
    ['that are too long', `${'x'.repeat(300)}.json`, () => 'the name is too long'],
  ])('%s are found before anything is counted', (_, name, problem) => {
    const out = `${folder}/${name}`
    expect(pretok(['count', CORPUS, '-o', out])).toMatchObject({ code: 1, stderr: `pretok: writing ${out}: ${problem()}\n` })
  })

  test.each([
    ['a link', 'link.json', 'target.json'],
    ['a folder behind a link', 'real/a.json', 'linked/a.json'],
  ])('are one file with what they lead to, which is not there yet: %s', (_, counts, receipt) => {
    const { code, stderr } = pretok(['count', CORPUS, '-o', path(counts), '--receipt', path(receipt)])
    expect({ code, stderr }).toEqual({ code: 2, stderr: `pretok: writing ${path(receipt)}: it would replace the output ${path(counts)}\n` })
  })

  test('are written to where they lead', () => {
    expect(pretok(['count', CORPUS, '-q', '-o', path('link.json'), '-o', path('linked/b.json')]).code).toBe(0)
    expect(realpathSync(path('link.json'))).toBe(realpathSync(path('target.json')))
    expect(readdirSync(real)).toEqual(['b.json'])
  })
})

describe('a command that is stopped while it writes', () => {
  const out = path('out')
  mkdirSync(out)
  const large = file('large.txt', Array.from({ length: 400_000 }, (_, i) => `w${(i * 7919).toString(26).replace(/\d/g, 'z')}`).join(' '))
  const counts = path('large.tsv')
  const output = (name: string): string => join(out, name)

  /** Sends signals as soon as a file begins to be written under its temporary name. */
  const stopAt = async (name: string, args: readonly string[], signals: readonly NodeJS.Signals[]) => {
    const { child, ended } = startPretok(args)
    while (child.exitCode === null && !readdirSync(out).some((found) => found.startsWith(`.${name}.pretok-`))) await setTimeout(1)
    for (const signal of signals) child.kill(signal)
    const { code, stderr } = await ended
    return { code, stderr, left: readdirSync(out) }
  }
  const nothing = { code: 130, left: [] }

  test('count with several outputs has made none', async () => {
    const files = ['a.tsv', 'b.json.gz'].flatMap((name) => ['-o', output(name)])
    const outcome = await stopAt('b.json.gz', ['count', large, '-q', ...files, '--receipt', output('r.json')], ['SIGINT'])
    expect(outcome).toMatchObject(nothing)
    expect(outcome.stderr).toContain('stopped before the end; nothing was written')
  })

  test('nor has one that writes to standard output', async () => {
    const { child, ended } = startPretok(['count', large, '-q', '--receipt', output('r.json')])
    child.stdout.pause() // nobody reads, so it waits
    while (child.exitCode === null && !readdirSync(out).some((found) => found.startsWith('.r.json.pretok-'))) await setTimeout(1)
    await setTimeout(300)
    child.kill('SIGINT')
    await setTimeout(100)
    child.stdout.resume()
    expect(await ended).toMatchObject({ code: 130, stderr: expect.stringContaining('writing to standard output: stopped before the end') })
    expect(readdirSync(out)).toEqual([])
  })

  test('and that at once', async () => {
    expect(await stopAt('c.json.gz', ['count', large, '-q', '-o', output('c.json.gz')], ['SIGINT', 'SIGTERM'])).toMatchObject(nothing)
  })

  test.each([[['SIGINT']], [['SIGINT', 'SIGTERM']]] as const)('merge: %j', async (signals) => {
    expect(pretok(['count', large, '-q', '-o', counts]).code).toBe(0)
    const outcome = await stopAt('m.json.gz', ['merge', counts, '-o', output('l.tsv'), '-o', output('m.json.gz')], signals)
    expect(outcome).toMatchObject(nothing)
    expect(outcome.stderr).toContain('stopping (again to stop at once)\n')
  })

  test('generate, at once', async () => {
    expect(await stopAt('g.txt', ['generate', output('g.txt'), '--size', '1GB', '-q'], ['SIGINT', 'SIGTERM'])).toMatchObject(nothing)
  })
})
