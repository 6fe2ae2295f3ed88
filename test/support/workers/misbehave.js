// Workers that count like the real one until a block has been read, and then fail in the way that the environment names.
// PRETOK_TEST_FAILURE: exit | throw; PRETOK_TEST_MARKER: a file; made by the first failure if failures are to happen once.
import { existsSync, writeFileSync } from 'node:fs'
import count, { Board } from '../../../dist/worker.js'

const { PRETOK_TEST_FAILURE: failure, PRETOK_TEST_MARKER: marker, PRETOK_TEST_CHUNK: onlyChunk } = process.env

const fail = () => {
  if (marker !== undefined) writeFileSync(marker, '')
  if (failure === 'exit') process.exit(7)
  // not where the worker would catch it
  queueMicrotask(() => {
    throw new Error('the worker was made to throw')
  })
}

const { report } = Board.prototype
let hasFailed = false
Board.prototype.report = function (slot, progress) {
  report.call(this, slot, progress)
  if (hasFailed || (marker !== undefined && existsSync(marker))) return
  if (onlyChunk === undefined ? progress.bytes === 0 : this.currentOf(slot) !== Number(onlyChunk)) return
  hasFailed = true
  fail()
}

export default count
