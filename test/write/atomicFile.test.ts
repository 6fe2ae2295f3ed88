import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { nameAll, prepareText, writeFileAtomically } from '../../src/write/atomicFile.ts'
import { forceToDisk } from '../../src/write/forceToDisk.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()

vi.mock('../../src/write/forceToDisk.ts', { spy: true })
afterEach(() => vi.resetAllMocks())

test('of files that have their names, nobody is told that they were not written', async () => {
  const paths = ['a.json', 'b.json'].map((name) => join(folder, name))
  const files = await Promise.all(paths.map((path) => prepareText(path, path)))
  // a disk that does not take what stands in a folder
  vi.mocked(forceToDisk).mockRejectedValue(Object.assign(new Error('EIO, fsync'), { code: 'EIO' }))
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

test("files are forced to the disk where handles cannot do it, as with Yarn's Plug'n'Play", async () => {
  const handle = await open(folder)
  await handle.close()
  const notImplemented = (): never => {
    throw new Error('Method not implemented.')
  }
  for (const name of ['sync', 'datasync'] as const) vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, name).mockImplementation(notImplemented)
  const path = join(folder, 'c.json')
  await writeFileAtomically(path, '{}')
  expect(readFileSync(path, 'utf8')).toBe('{}')
  expect(forceToDisk).toHaveBeenCalledTimes(2) // itself, and its folder
})
