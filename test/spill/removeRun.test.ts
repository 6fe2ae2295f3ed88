import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { removeRun, writeRun } from '../../src/spill/runWriter.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()

test('a run that was needed on the way is removed, and that it cannot be is no error', () => {
  const path = join(folder, 'level.run')
  writeRun(path, () => undefined)
  removeRun(path)
  expect(existsSync(path)).toBe(false)
  mkdirSync(path)
  removeRun(path)
  expect(existsSync(path)).toBe(true)
})
