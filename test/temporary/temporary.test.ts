import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs, { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { isAlive, reserveTemporaryFile, reserveTemporaryFolder, thisHost } from '../../src/temporary.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()
const DEAD = spawnSync(process.execPath, ['-e', '']).pid

test('a name says whose it is', () => {
  const owner = `${thisHost()}-${process.pid}-[0-9a-f]{8}`
  const { path, remove } = reserveTemporaryFolder(folder)
  expect(basename(path)).toMatch(new RegExp(`^pretok-${owner}$`))
  remove()
  expect(reserveTemporaryFile(join(folder, 'out.json')).path).toMatch(new RegExp(`/\\.out\\.json\\.pretok-${owner}\\.tmp$`))
  expect(Buffer.byteLength(basename(reserveTemporaryFile(join(folder, 'é'.repeat(120))).path))).toBeLessThan(255)
})

test('what dead processes of this host have left is removed, and nothing else', () => {
  const base = join(folder, 'base')
  mkdirSync(base)
  const owners = { dead: `${thisHost()}-${DEAD}-0123abcd`, alive: `${thisHost()}-${process.ppid}-0123abcd`, elsewhere: `other-host-${DEAD}-0123abcd` }
  const folders = Object.values(owners).map((owner) => `pretok-${owner}`)
  const files = Object.values(owners).map((owner) => `.out.json.pretok-${owner}.tmp`)
  const others = ['out.json', `.other.json.pretok-${owners.dead}.tmp`, `pretok-${thisHost()}-${DEAD}`]
  for (const name of folders) mkdirSync(join(base, name))
  for (const name of [...files, ...others]) writeFileSync(join(base, name), '')
  reserveTemporaryFile(join(base, 'out.json'))
  expect(readdirSync(base).sort()).toEqual([...folders, ...files.slice(1), ...others].sort())
  reserveTemporaryFolder(base).remove()
  expect(readdirSync(base).sort()).toEqual([...folders.slice(1), ...files.slice(1), ...others].sort())
})

test('so it is with names that are cut inside a character', () => {
  const base = join(folder, 'cut')
  mkdirSync(base)
  const path = join(base, `${'x'.repeat(39)}😀.json`)
  const name = basename(reserveTemporaryFile(path).path).replace(`-${process.pid}-`, `-${DEAD}-`)
  writeFileSync(join(base, name), '')
  reserveTemporaryFile(path)
  expect(readdirSync(base)).toEqual([])
})

test('a process that has ended is dead, whether anybody has asked how or not', async () => {
  const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'])
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(line)
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 30_000)
  expect(() => process.kill(pid, 0)).not.toThrow() // the system still knows it
  expect(isAlive(parent.pid!)).toBe(true)
  expect(isAlive(process.pid)).toBe(true)
  parent.kill()
})

const CONTAINER = ['unshare', '--pid', '--fork', '--mount-proc']
const mayUnshare = spawnSync(CONTAINER[0], [...CONTAINER.slice(1), 'true']).status === 0

test.skipIf(!mayUnshare)('in a container that has the name of its host, nobody knows which processes of the host are dead', () => {
  const base = join(folder, 'shared')
  const name = `pretok-${thisHost()}-${DEAD}-0123abcd`
  mkdirSync(join(base, name), { recursive: true })
  const corpus = join(folder, 'corpus.txt')
  writeFileSync(corpus, 'text')
  const main = join(import.meta.dirname, '../../dist/cli/main.js')
  const { status, stderr } = spawnSync(CONTAINER[0], [...CONTAINER.slice(1), process.execPath, main, 'count', corpus, '-q', '--temp-dir', base])
  expect(status, stderr.toString()).toBe(0)
  expect(readdirSync(base)).toEqual([name])
  reserveTemporaryFolder(base).remove()
  expect(readdirSync(base)).toEqual([])
})

test('any number of them takes one listener', () => {
  const before = process.listenerCount('exit')
  const places = Array.from({ length: 20 }, () => [reserveTemporaryFolder(folder), reserveTemporaryFile(join(folder, 'x'))]).flat()
  expect(process.listenerCount('exit')).toBeLessThanOrEqual(before + 1)
  for (const { remove } of places) remove()
  expect(process.listenerCount('exit')).toBe(before)
})

test('what had to be made for them is removed with the last of them, unless something else is there', () => {
  const base = join(folder, 'made/for/them')
  const [first, second] = [reserveTemporaryFolder(base), reserveTemporaryFolder(base)]
  for (const { path } of [first, second]) mkdirSync(path, { recursive: true })
  first.remove()
  expect(readdirSync(base)).toEqual([basename(second.path)])
  second.remove()
  expect(existsSync(join(folder, 'made'))).toBe(false)
  const third = reserveTemporaryFolder(base)
  mkdirSync(base, { recursive: true })
  writeFileSync(join(folder, 'made/other'), '')
  third.remove()
  expect(readdirSync(join(folder, 'made'))).toEqual(['other'])
})

test('a folder that cannot be looked at for a moment is not taken for one that had to be made', () => {
  const base = join(folder, 'unseen')
  mkdirSync(base)
  const unseen = vi.spyOn(fs, 'statSync').mockImplementation(() => {
    throw Object.assign(new Error('EIO, stat'), { code: 'EIO' })
  })
  const none = vi.spyOn(fs, 'existsSync').mockReturnValue(false) // so it is with such errors
  syncBuiltinESMExports()
  const reserved = reserveTemporaryFolder(base)
  for (const mock of [unseen, none]) mock.mockRestore()
  syncBuiltinESMExports()
  reserved.remove()
  expect(existsSync(base)).toBe(true)
})

const GUARDED = join(folder, 'guarded')
const mayGuard = (): boolean => {
  writeFileSync(GUARDED, '')
  const isGuarded = spawnSync('chattr', ['+i', GUARDED]).status === 0
  spawnSync('chattr', ['-i', GUARDED])
  return isGuarded
}

test.skipIf(!mayGuard())('a file that cannot be removed keeps no other from being removed', () => {
  const { path, remove } = reserveTemporaryFolder(folder)
  const guarded = join(path, 'b')
  mkdirSync(join(path, 'c'), { recursive: true })
  for (const name of ['a', 'b', 'c/d', 'e']) writeFileSync(join(path, name), '')
  spawnSync('chattr', ['+i', guarded])
  try {
    remove()
    expect(readdirSync(path)).toEqual(['b'])
  } finally {
    spawnSync('chattr', ['-i', guarded])
  }
})
