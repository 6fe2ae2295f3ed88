import { expect, test, vi } from 'vitest'
import { releaseDecompressor, takeDecompressor } from '../../src/read/decompressorThread.ts'

const THREAD = new URL('../../dist/decompressor.js', import.meta.url)

test('there is one for all, and it ends when the last of them has given it back', async () => {
  const thread = takeDecompressor(THREAD)
  expect(takeDecompressor(THREAD)).toBe(thread)
  const ended = vi.fn()
  thread.on('exit', ended)
  await releaseDecompressor(thread)
  expect(ended).not.toHaveBeenCalled()
  await releaseDecompressor(thread)
  expect(ended).toHaveBeenCalled()
  const next = takeDecompressor(THREAD)
  expect(next).not.toBe(thread)
  await releaseDecompressor(next)
})

test('whoever takes it soon afterwards has the same', async () => {
  const thread = takeDecompressor(THREAD)
  const released = releaseDecompressor(thread)
  expect(takeDecompressor(THREAD)).toBe(thread)
  await released
  expect(takeDecompressor(THREAD)).toBe(thread)
  await Promise.all([releaseDecompressor(thread), releaseDecompressor(thread)])
})

test('one that has ended by itself is given back without harm, and another takes its place', async () => {
  const thread = takeDecompressor(new URL('./none.js', import.meta.url))
  await new Promise((resolve) => thread.once('exit', resolve))
  const next = takeDecompressor(THREAD)
  expect(next).not.toBe(thread)
  await releaseDecompressor(thread)
  expect(takeDecompressor(THREAD)).toBe(next)
  await Promise.all([releaseDecompressor(next), releaseDecompressor(next)])
})
