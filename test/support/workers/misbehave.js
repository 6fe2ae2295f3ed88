// Workers that count like the real one until a block has been read, and then fail in the way that the environment names.
// PRETOK_TEST_FAILURE: exit | throw | terminate-later; PRETOK_TEST_MARKER: a file; made by the first failure if failures are to happen once.
import { existsSync, writeFileSync } from 'node:fs'
import count, { Board } from '../../../dist/worker.js'

const { PRETOK_TEST_FAILURE: failure, PRETOK_TEST_MARKER: marker, PRETOK_TEST_CHUNK: onlyChunk } = process.env

export default async (task) => {
  if (task.kind === 'merge' || (marker !== undefined && existsSync(marker))) return count(task)
  const board = new Board(task.board, task.tasks.length)
  const watch = setInterval(() => {
    const chunk = board.currentOf(task.slot)
    if (chunk === -1 || (onlyChunk !== undefined && chunk !== Number(onlyChunk))) return
    if (onlyChunk === undefined && board.progressOf(task.slot).bytes === 0) return
    clearInterval(watch)
    if (marker !== undefined) writeFileSync(marker, '')
    if (failure === 'exit') process.exit(7)
    throw new Error('the worker was made to throw')
  }, 0)
  try {
    return await count(task)
  } finally {
    clearInterval(watch)
  }
}
