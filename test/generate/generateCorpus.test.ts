import { chmodSync, existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { generateCorpus, type GenerateOptions } from '../../src/generate/generateCorpus.ts'
import { forceDataToDisk, forceToDisk } from '../../src/write/forceToDisk.ts'
import { makeCorpus } from './corpora.ts'

vi.mock('../../src/write/forceToDisk.ts', { spy: true })

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'pretok-generate-'))))
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

const generate = (options: Partial<GenerateOptions> = {}) =>
  generateCorpus({ path: join(folder, 'corpus.txt'), bytes: 3_000_000, kind: 'stories', seed: 1, separator: '<|endoftext|>', ...options })

const systemError = (code: string): Error => Object.assign(new Error(code), { code })

/** All file handles have the same prototype. */
const fileHandles = async () => {
  const handle = await open(folder)
  await handle.close()
  return Object.getPrototypeOf(handle) as typeof handle
}

describe('a corpus', () => {
  test('is what the composer makes', async () => {
    expect(await generate({ documentBytes: 500, seed: 7 })).toMatchObject({ bytes: 3_000_000 })
    const { corpus } = makeCorpus('stories', 3_000_000, { documentBytes: 500, seed: 7 })
    expect(readFileSync(join(folder, 'corpus.txt')).equals(corpus)).toBe(true)
    expect(readdirSync(folder)).toEqual(['corpus.txt'])
  })

  test('may be empty', async () => {
    expect(await generate({ bytes: 0 })).toEqual({ bytes: 0, documents: 0 })
    expect(readFileSync(join(folder, 'corpus.txt')).length).toBe(0)
  })

  test('reports progress to the last byte', async () => {
    const seen: number[] = []
    const progress = await generate({ onProgress: ({ bytes }) => seen.push(bytes) })
    expect(seen.length).toBeGreaterThan(1)
    expect(seen.at(-1)).toBe(3_000_000)
    expect(progress?.documents).toBeGreaterThan(2000)
  })

  test('takes the place of the file that a link points to', async () => {
    writeFileSync(join(folder, 'real.txt'), 'old')
    symlinkSync('real.txt', join(folder, 'corpus.txt'))
    await generate({ bytes: 100 })
    expect(lstatSync(join(folder, 'corpus.txt')).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(folder, 'real.txt')).length).toBe(100)
  })

  test('keeps the permissions of the file that it replaces', async () => {
    const path = join(folder, 'corpus.txt')
    writeFileSync(path, 'old')
    chmodSync(path, 0o600)
    await generate({ bytes: 100 })
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('goes into a device without replacing it', async () => {
    await generate({ path: '/dev/null', bytes: 100 })
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
  })
})

describe('a corpus that could not be written leaves nothing', () => {
  const expectNothing = (): void => expect(readdirSync(folder)).toEqual([])

  test('aborted before it began', async () => {
    await expect(generate({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'interrupted' })
    expectNothing()
  })

  test('aborted half-way', async () => {
    const stopping = new AbortController()
    const onProgress = (): void => {
      expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\.corpus\.txt\..*\.tmp$/)])
      stopping.abort()
    }
    await expect(generate({ onProgress, signal: stopping.signal })).rejects.toThrow(/interrupted; nothing was written to .*corpus\.txt/)
    expectNothing()
  })

  test('and leaves an older file as it was', async () => {
    writeFileSync(join(folder, 'corpus.txt'), 'old')
    await expect(generate({ signal: AbortSignal.abort() })).rejects.toThrow()
    expect(readdirSync(folder)).toEqual(['corpus.txt'])
    expect(readFileSync(join(folder, 'corpus.txt'), 'utf8')).toBe('old')
  })

  test('the disk is full', async () => {
    vi.spyOn(await fileHandles(), 'write').mockRejectedValueOnce(systemError('ENOSPC') as never)
    await expect(generate()).rejects.toMatchObject({ code: 'output', message: `writing ${folder}/corpus.txt: no space left on the device; make room, or write to another disk` })
    expectNothing()
  })

  test('the disk fails late', async () => {
    vi.mocked(forceToDisk).mockRejectedValueOnce(systemError('EIO'))
    await expect(generate()).rejects.toMatchObject({ code: 'output', message: expect.stringContaining('input/output error') })
    expectNothing()
  })

  test('the disk fails while more is being composed', async () => {
    vi.mocked(forceDataToDisk).mockRejectedValueOnce(systemError('EIO'))
    await expect(generate({ kind: 'distinct', bytes: 7e7 })).rejects.toMatchObject({ code: 'output' })
    expectNothing()
  })

  test('the caller throws', async () => {
    const onProgress = (): void => {
      throw new Error('of the caller')
    }
    await expect(generate({ onProgress })).rejects.toThrow('of the caller')
    expectNothing()
  })

  test('there is no such folder', async () => {
    await expect(generate({ path: join(folder, 'no', 'corpus.txt') })).rejects.toThrow(`there is no folder ${folder}/no; make the folder first`)
    expectNothing()
  })

  test('it is a directory', async () => {
    await expect(generate({ path: folder })).rejects.toThrow(`writing ${folder}: it is a directory`)
  })

  test.runIf(existsSync('/dev/full'))('a device is full', async () => {
    await expect(generate({ path: '/dev/full' })).rejects.toThrow('writing /dev/full: no space left on the device')
  })
})

test.each([
  [{ bytes: -1 }, 'bytes: -1 is no whole number from 0 up'],
  [{ bytes: 1.5 }, 'bytes: 1.5 is no whole number from 0 up'],
  [{ seed: Number.NaN }, 'seed: NaN is no whole number'],
  [{ documentBytes: 0 }, 'documentBytes: 0 is no whole number from 1 up'],
  [{ kind: 'poems' as 'code' }, 'no kind "poems"; there are stories, prose, tiny, logs, code, multilingual, cjk, jsonl, mixed, varied, distinct'],
  [{ separator: '\ud800' }, 'the separator "\\ud800" is not well-formed Unicode'],
])('refuses %j', async (options, message) => {
  await expect(generate(options)).rejects.toMatchObject({ code: 'usage', message: `generate: ${message}` })
  expect(readdirSync(folder)).toEqual([])
})
