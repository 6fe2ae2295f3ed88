import { describe, expect, test, vi } from 'vitest'
// workers run from dist, so that is what is tested here
import { pretokenize } from '../../dist/index.js'
import { openPagesAhead } from '../../src/read/pagesAhead.ts'
import { gzip, hasProgram } from '../support/compress.ts'
import { parquet } from '../support/parquet.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { file } = temporaryFolder()
const THREAD = new URL('../../dist/decompressor.js', import.meta.url)

/** Words that hardly repeat, so that they stay long when they are compressed. */
const TEXTS = Array.from({ length: 40_000 }, (_, i) =>
  Array.from({ length: 8 }, (_, k) => `${Math.imul(8 * i + k + 1, 0x9e3779b1) >>> 0}`).join(' '),
)

describe('pages that another thread decompresses', () => {
  test('one worker counts the same, and tells the same of what is damaged', async () => {
    const rows = TEXTS.map((text) => `${JSON.stringify({ text })}\n`).join('')
    const plain = await pretokenize(file('rows.jsonl', rows), [], { numProcesses: 1 })
    for (const codec of hasProgram('zstd') ? (['SNAPPY', 'GZIP', 'ZSTD'] as const) : (['SNAPPY', 'GZIP'] as const)) {
      const data = parquet(TEXTS, codec, { encoding: 'PLAIN', rowGroupSize: 25_000, pageSize: 100_000 })
      expect(data.length).toBeGreaterThan(2 ** 20)
      const counts = await pretokenize(file(`rows-${codec}.parquet`, data), [], { numProcesses: 1 })
      expect([counts.total, counts.size, counts.textBytes]).toEqual([plain.total, plain.size, plain.textBytes])
      data.fill(0xff, 900_000, 900_100) // in the middle of a page
      const damaged = file(`damaged-${codec}.parquet`, data)
      // with as many workers as there are cores, each decompresses by itself
      const error = { code: 'data', message: expect.stringMatching(/in row group 0; `onError` skip/) }
      for (const numProcesses of [1, 16]) await expect(pretokenize(damaged, [], { numProcesses })).rejects.toMatchObject(error)
    }
  })

  test('are answered in order, with what is wrong', async () => {
    const { aheadOf, close } = openPagesAhead(THREAD)
    const ahead = aheadOf('GZIP')!
    const answers = ['one', 'two', ' and three'].map((text) => ahead(Uint8Array.from(gzip(text)), text.length))
    const wrong = ahead(Uint8Array.from(Buffer.from('wrong')), 6)
    expect((await Promise.all(answers)).map((page) => Buffer.from(page).toString())).toEqual(['one', 'two', ' and three'])
    await expect(wrong).rejects.toThrow('incorrect header check')
    close()
  })

  test('are not handed over where that would take as long', () => {
    const { aheadOf, close } = openPagesAhead(new URL('./none.js', import.meta.url)) // and no thread starts
    expect([aheadOf('SNAPPY'), aheadOf('UNCOMPRESSED')]).toEqual([undefined, undefined])
    close()
  })

  test('a thread that cannot start is an error', async () => {
    vi.resetModules() // there is no other thread then
    const { openPagesAhead } = await import('../../src/read/pagesAhead.ts')
    const { aheadOf, close } = openPagesAhead(new URL('./none.js', import.meta.url))
    await expect(aheadOf('GZIP')!(new Uint8Array(9), 5)).rejects.toThrow('decompressing: Error: Cannot find')
    // nor does whoever asks later wait for ever
    await expect(aheadOf('GZIP')!(new Uint8Array(9), 5)).rejects.toThrow('decompressing: Error: Cannot find')
    close()
  })
})
