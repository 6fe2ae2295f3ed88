import { spawnSync } from 'node:child_process'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { isDecompressorExpected, threadsExpected } from '../../src/cli/headStart.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()
const sized = (name: string, bytes: number): string => {
  const path = join(folder, name)
  writeFileSync(path, '')
  truncateSync(path, bytes)
  return path
}
const PROGRAM = resolve(import.meta.dirname, '../../dist/cli/main.js')
const LARGE = join(folder, 'large.txt')

beforeAll(() => {
  sized('large.txt', 2 ** 25)
  sized('huge.txt', 2 ** 30)
  sized('small.txt', 2 ** 20)
  sized('large.txt.gz', 2 ** 25)
  sized('large.BZIP2', 2 ** 25)
  mkdirSync(join(folder, 'folder'))
})

describe('threads that are started early', () => {
  test.each([
    [['-n', '3'], 2],
    [['-n3'], 2],
    [['-n=3'], 2],
    [['--num-processes', '3', '-q'], 2],
    [['--num-processes=3'], 2],
    [['-n', '1'], 0],
    [['-n', 'many'], 0],
    [['-n', '2.5'], 0],
    [['-n', '0'], 0],
    [['-n', '-3'], 0],
    [['-n', '1025'], 0],
    [['-n', '1000'], 31],
    [['-n'], 0],
    [[], availableParallelism() - 1],
  ])('with %j: %i, for the main thread counts, too', (options, threads) => {
    expect(threadsExpected([LARGE, ...options])).toBe(threads)
    expect(threadsExpected(['-q', LARGE, '-o', 'out.json', ...options])).toBe(threads)
  })

  test('as many as workers, where the main thread does not count', () => {
    expect(threadsExpected([join(folder, 'huge.txt'), '-n', '3'])).toBe(3)
  })

  test.each(['small.txt', 'large.txt.gz', 'large.BZIP2', 'folder', 'nothing.txt'])('none for %s', (name) => {
    expect(threadsExpected([join(folder, name), '-n', '3'])).toBe(0)
  })

  test('are ended if nobody wants them', () => {
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, LARGE, '-n', '3', '--nonsense'])
    expect(stderr.toString()).toContain('unknown option --nonsense')
    expect(status).toBe(2)
  })

  test('the thread that decompresses, if there is a core for it', () => {
    const path = sized('large.jsonl.zst', 2 ** 20)
    expect(isDecompressorExpected([path, '-n', '1'])).toBe(availableParallelism() > 1)
    expect(isDecompressorExpected([path, '-n', '1000'])).toBe(false)
    expect(isDecompressorExpected([path])).toBe(false)
    expect(isDecompressorExpected([sized('small.zst', 1000), '-n', '1'])).toBe(false)
    expect(isDecompressorExpected([LARGE, '-n', '1'])).toBe(false)
    const { status } = spawnSync(process.execPath, [PROGRAM, path, '-n', '1', '--nonsense'])
    expect(status).toBe(2)
  })

  test('the sizes of all files count', () => {
    const small = join(folder, 'small.txt')
    expect(threadsExpected([...Array.from({ length: 16 }, () => small), '-n', '3'])).toBe(2)
  })
})
