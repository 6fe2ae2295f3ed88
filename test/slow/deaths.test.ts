import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { pretokenize } from '../../dist/index.js'
import { pretok } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder } = temporaryFolder()
const workerUrl = new URL('../support/workers/misbehave.js', import.meta.url)
const marker = join(folder, 'marker')

afterEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('PRETOK_TEST_')) delete process.env[name]
})

test('workers that die at any chunk, in both ways, lose nothing', async () => {
  const path = join(folder, 'corpus.txt')
  expect(pretok(['generate', path, '--size', '20MB', '--kind', 'mixed', '-q']).code).toBe(0)
  const expected = [...(await pretokenize(path, ['<|endoftext|>'], { numProcesses: 2 }))]
  for (let chunk = 0; chunk < 20; chunk++) {
    rmSync(marker, { force: true })
    Object.assign(process.env, {
      PRETOK_TEST_FAILURE: chunk % 2 === 0 ? 'exit' : 'throw',
      PRETOK_TEST_CHUNK: String(chunk),
      PRETOK_TEST_MARKER: marker,
    })
    const counts = await pretokenize(path, ['<|endoftext|>'], { numProcesses: 3, chunkBytes: 1_000_000, workerUrl })
    expect([...counts]).toEqual(expected)
    expect(counts.receipt!.retried.length).toBe(1)
  }
})
