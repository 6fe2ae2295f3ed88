import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { reserveTemporaryFolder, temporaryFileFor } from '../../src/temporary.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()
const DEAD = spawnSync(process.execPath, ['-e', '']).pid

test('a name says whose it is', () => {
  const owner = `${hostname()}-${process.pid}-[0-9a-f]{8}`
  const { path, remove } = reserveTemporaryFolder(folder)
  expect(basename(path)).toMatch(new RegExp(`^pretok-${owner}$`))
  remove()
  expect(temporaryFileFor(join(folder, 'out.json'))).toMatch(new RegExp(`/\\.out\\.json\\.pretok-${owner}\\.tmp$`))
  expect(Buffer.byteLength(basename(temporaryFileFor(join(folder, 'é'.repeat(120)))))).toBeLessThan(255)
})

test('what dead processes of this host have left is removed, and nothing else', () => {
  const base = join(folder, 'base')
  mkdirSync(base)
  const owners = { dead: `${hostname()}-${DEAD}-0123abcd`, alive: `${hostname()}-${process.ppid}-0123abcd`, elsewhere: `other-host-${DEAD}-0123abcd` }
  const folders = Object.values(owners).map((owner) => `pretok-${owner}`)
  const files = Object.values(owners).map((owner) => `.out.json.pretok-${owner}.tmp`)
  const others = ['out.json', `.other.json.pretok-${owners.dead}.tmp`, `pretok-${hostname()}-${DEAD}`]
  for (const name of folders) mkdirSync(join(base, name))
  for (const name of [...files, ...others]) writeFileSync(join(base, name), '')
  temporaryFileFor(join(base, 'out.json'))
  expect(readdirSync(base).sort()).toEqual([...folders, ...files.slice(1), ...others].sort())
  reserveTemporaryFolder(base).remove()
  expect(readdirSync(base).sort()).toEqual([...folders.slice(1), ...files.slice(1), ...others].sort())
})
