import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { expandInputs } from '../../src/read/inputs.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder, file } = temporaryFolder()
const corpus = join(folder, 'corpus')

beforeAll(() => {
  for (const path of ['', 'sub', 'sub/.hidden', 'empty', 'Zeit']) mkdirSync(join(corpus, path), { recursive: true })
  for (const path of ['b.txt', 'a[1].txt', 'sub/a.jsonl', 'sub/.hidden/x.txt', '.x.txt', 'Zeit/é.txt', 'sub/z.txt'])
    writeFileSync(join(corpus, path), path)
})

const expand = async (...names: string[]): Promise<{ paths: string[]; warnings: string[] }> => {
  const warnings: string[] = []
  const paths = await expandInputs(
    names.map((name) => (name.startsWith('@') || name === '-' ? name : join(corpus, name))),
    (message) => warnings.push(message),
  )
  return { paths: paths.map((path) => (path === '-' ? path : relative(corpus, path))), warnings }
}

describe('inputs', () => {
  test('a folder: all files in it, by name, nothing hidden', async () => {
    expect(await expand('')).toEqual({ paths: ['Zeit/é.txt', 'a[1].txt', 'b.txt', 'sub/a.jsonl', 'sub/z.txt'], warnings: [] })
  })

  test('links in a folder are followed, and those that lead back are passed over', async () => {
    const linked = join(folder, 'linked')
    mkdirSync(join(linked, 'a'), { recursive: true })
    writeFileSync(join(linked, 'a/x.txt'), 'x')
    symlinkSync('..', join(linked, 'a/up'))
    symlinkSync(join(corpus, 'Zeit'), join(linked, 'time'))
    expect((await expand('../linked')).paths).toEqual(['../linked/a/x.txt', '../linked/time/é.txt'])
  })

  test('a named pipe in a folder is left out with a warning, and not waited for; one that is named is taken', async () => {
    const piped = join(folder, 'piped')
    mkdirSync(piped)
    writeFileSync(join(piped, 'x.txt'), 'x')
    execFileSync('mkfifo', [join(piped, 'pipe')])
    const warning = `${join(piped, 'pipe')} is a named pipe, and is left out: nobody may ever write to it; one that is named itself is counted`
    expect(await expand('../piped')).toEqual({ paths: ['../piped/x.txt'], warnings: [warning] })
    expect((await expand('../piped/pipe')).paths).toEqual(['../piped/pipe'])
    symlinkSync('pipe', join(piped, 'link'))
    const linked = `${join(piped, 'link')} is a named pipe, and is left out: nobody may ever write to it; one that is named itself is counted`
    expect(await expand('../piped/*')).toEqual({ paths: ['../piped/x.txt'], warnings: [linked] })
    await expect(expand('../piped/l*')).rejects.toThrow('no such file, and as a pattern it matches none')
    expect((await expand('../piped/link')).paths).toEqual(['../piped/link'])
  })

  test('links that lead nowhere are called so', async () => {
    const broken = join(folder, 'broken')
    mkdirSync(broken)
    symlinkSync('nothing', join(broken, 'b.txt'))
    symlinkSync('loop.txt', join(folder, 'loop.txt'))
    for (const name of ['../broken', '../broken/b.txt'])
      await expect(expand(name)).rejects.toMatchObject({
        code: 'input',
        message: `reading ${join(broken, 'b.txt')}: it is a broken link: what it leads to is not there`,
      })
    const loop = join(folder, 'loop.txt')
    await expect(expand('../loop.txt')).rejects.toMatchObject({ message: `reading ${loop}: the link leads back to itself` })
  })

  test('globs, and names that look like globs', async () => {
    expect((await expand('**/*.txt')).paths).toEqual(['Zeit/é.txt', 'a[1].txt', 'b.txt', 'sub/z.txt'])
    expect((await expand('a[1].txt')).paths).toEqual(['a[1].txt'])
    expect((await expand('{b,c}.txt')).paths).toEqual(['b.txt'])
  })

  test('a list names files, folders and globs; the order is that of the names', async () => {
    const list = file('list.txt', `${join(corpus, 'sub')}\r\n\n${join(corpus, '*.txt')}\n`)
    expect((await expand('Zeit', `@${list}`, '-')).paths).toEqual(['Zeit/é.txt', 'sub/a.jsonl', 'sub/z.txt', 'a[1].txt', 'b.txt', '-'])
  })

  test('a list may be as long as hundreds of thousands of names', async () => {
    const { paths, warnings } = await expand(`@${file('long.txt', `${join(corpus, 'b.txt')}\n`.repeat(200_000))}`)
    expect([paths, warnings.length]).toEqual([['b.txt'], 199_999])
  })

  test('a list may name lists, and begin with a byte-order mark', async () => {
    const inner = file('inner.txt', `\ufeff${join(corpus, 'b.txt')}\n`)
    const outer = file('outer.txt', `@${inner}\n${join(corpus, 'Zeit')}\n`)
    expect((await expand(`@${outer}`)).paths).toEqual(['b.txt', 'Zeit/é.txt'])
    const round = join(folder, 'round.txt')
    writeFileSync(round, `@${outer}\n@${round}\n`)
    await expect(expand(`@${round}`)).rejects.toMatchObject({ code: 'input', message: `reading @${round}: the list names itself` })
  })

  test('a run folder in a folder is left out, with a warning', async () => {
    const texts = join(folder, 'texts')
    for (const path of ['run/partials', 'plan']) mkdirSync(join(texts, path), { recursive: true })
    for (const path of ['run/plan.json', 'run/partials/1.run', 'plan/plan.json', 'x.txt']) writeFileSync(join(texts, path), '{}')
    expect(await expand('../texts')).toEqual({
      paths: ['../texts/plan/plan.json', '../texts/x.txt'],
      warnings: [`${join(texts, 'run')} is a run folder: what is in it is no input, and is left out`],
    })
  })

  test('what is named twice is taken once, with a warning', async () => {
    symlinkSync(join(corpus, 'b.txt'), join(folder, 'link.txt'))
    expect(await expand('b.txt', '*.txt', '../link.txt', '-', '-')).toEqual({
      paths: ['b.txt', 'a[1].txt', '-'],
      warnings: [
        `${join(corpus, 'b.txt')} was named twice; it is counted once`,
        `${join(folder, 'link.txt')} is the same file as ${join(corpus, 'b.txt')}; it is counted once`,
        '- was named twice; it is counted once',
      ],
    })
  })

  test.each([
    ['missing.txt', 'no such file'],
    ['*.zip', 'no such file, and as a pattern it matches none'],
    ['empty', 'the folder holds no files (hidden ones are left out)'],
    ['@missing', 'the list: no such file'],
    [`@${file('nothing.txt', '\n')}`, 'the list names nothing'],
  ])('%s is an error', async (name, problem) => {
    await expect(expand(name)).rejects.toMatchObject({ code: 'input', message: expect.stringContaining(problem) })
  })
})

describe('folders that cannot be read', () => {
  const closed = join(folder, 'closed')
  beforeAll(() => {
    for (const path of ['', 'sub']) mkdirSync(join(closed, path))
    for (const path of ['a.txt', 'sub/b.txt']) writeFileSync(join(closed, path), path)
    chmodSync(folder, 0o755)
  })

  /** Permissions are nothing to root. */
  const asNobody = async (call: () => Promise<void>): Promise<void> => {
    if (process.getuid!() !== 0) return call()
    process.seteuid!(65534)
    try {
      await call()
    } finally {
      process.seteuid!(0)
    }
  }

  test.skipIf(process.platform === 'win32').each(['', 'sub'])('"%s" is an error that names it', async (name) => {
    const path = join(closed, name)
    chmodSync(path, 0o300)
    await asNobody(() =>
      expect(expandInputs([closed], () => {})).rejects.toMatchObject({ code: 'input', message: `reading ${path}: permission denied` }),
    )
    await asNobody(() =>
      expect(expandInputs([join(closed, '**/*.txt')], () => {})).rejects.toMatchObject({
        code: 'input',
        message: `reading ${path}: permission denied`,
      }),
    )
    chmodSync(path, 0o755)
  })
})
