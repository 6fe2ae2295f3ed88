import { constants } from 'node:os'
import { expect, test } from 'vitest'
import { describeSystemError } from '../../src/errors.ts'
import { runOutputError } from '../../src/spill/runWriter.ts'
import { outputError } from '../../src/write/atomicFile.ts'

/** As Node.js has it of an error that it knows no name of. */
const unnamed = (number: number): Error => {
  const code = `Unknown system error -${number}`
  return Object.assign(new Error(`${code}: ${code}, write`), { errno: -number, code, syscall: 'write' })
}

test('a disk quota that is used up is told of, with the way out', () => {
  const error = unnamed(constants.errno.EDQUOT)
  expect(outputError('counts.json', error, 5).message).toBe(
    'writing counts.json: disk quota exceeded (after 5 bytes); make room, or write to another disk',
  )
  expect(runOutputError('spill.run', error).message).toContain('disk quota exceeded; make room, give workers more memory')
})

test('a file that a network does not have any more is told of', () => {
  expect(describeSystemError(unnamed(constants.errno.ESTALE))).toBe('the network file system does not have it any more')
})
