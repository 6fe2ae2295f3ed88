import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { nameAll, prepareText } from '../../src/write/atomicFile.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()

/* A disk that does not take what stands in a folder. */
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const open: typeof real.open = async (path, ...rest) => {
    const handle = await real.open(path, ...rest)
    if (path === folder) handle.sync = () => Promise.reject(Object.assign(new Error('EIO, fsync'), { code: 'EIO' }))
    return handle
  }
  return { ...real, open }
})

test('of files that have their names, nobody is told that they were not written', async () => {
  const paths = ['a.json', 'b.json'].map((name) => join(folder, name))
  const files = await Promise.all(paths.map((path) => prepareText(path, path)))
  await expect(nameAll(files)).rejects.toMatchObject({
    code: 'output',
    message: `writing ${paths[0]}: it is there, and whole, but a power cut could take it away again: its folder cannot be forced to the disk (input/output error of the device)`,
  })
  expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(paths)
})

test('what has its name is settled when another cannot have its own', async () => {
  const done: string[] = []
  const file = (name: string, rename: () => void = () => {}) => ({
    rename,
    settle: async () => void done.push(`settled ${name}`),
    discard: () => done.push(`discarded ${name}`),
  })
  const refuse = (): never => {
    throw new Error('no rename')
  }
  await expect(nameAll([file('a'), file('b', refuse), file('c')])).rejects.toThrow('no rename')
  expect(done).toEqual(['discarded a', 'discarded b', 'discarded c', 'settled a'])
})
