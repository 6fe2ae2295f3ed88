import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  createSplitter,
  findBoundaries,
  loadCounts,
  mapDocuments,
  mergeCounts,
  planChunks,
  pretokenize,
  processFiles,
  streamBatches,
  streamDocuments,
  type PretokenCounts,
} from '../../dist/index.js'
import { temporaryFolder } from '../support/temporary.ts'

const { folder, file } = temporaryFolder()
const PATH = join(folder, 'text.txt')
const PLAN = { numProcesses: 1, maxMemoryGb: 1 }
let counts: PretokenCounts

beforeAll(async () => {
  file('text.txt', 'one two')
  counts = await pretokenize(PATH)
})

const all = async (items: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of items) continue
}
/** As a program without types would call it. */
const untyped = (value: unknown): never => value as never
/** An array with nothing at its end, not even undefined. */
const withHole = (item: unknown): never => Object.assign([item], { length: 2 }) as never

describe('what a program gives that cannot be is refused by name', () => {
  test.each<[string, () => unknown, string]>([
    ['options that are none', () => pretokenize(PATH, [], untyped(null)), 'options: null is not an object'],
    ['a mistyped option', () => pretokenize(PATH, [], untyped({ minCounts: 100 })), 'minCounts: there is no such option (did you mean minCount?)'],
    ['an option of another library', () => loadCounts('a.json', untyped({ zzz: 1 })), 'zzz: there is no such option (there are format, memoryBytes, tempDir, signal)'],
    ['a signal', () => pretokenize(PATH, [], { signal: untyped('x') }), 'signal: "x" is not an AbortSignal'],
    ['a signal', () => pretokenize(PATH, [], { signal: untyped(null) }), 'signal: null is not an AbortSignal'],
    ['resume without workDir', () => pretokenize(PATH, [], { resume: true }), 'resume: goes on with the run in workDir, but none was given'],
    ['a format to save', () => counts.save(join(folder, 'foo'), { format: untyped('xml') }), 'format: "xml" is not one of json, jsonl, tsv, csv, parquet'],
    ['options to save', () => counts.save(join(folder, 'foo.json'), untyped({ formt: 'tsv' })), 'formt: there is no such option (did you mean format?)'],
    ['a format to load', () => loadCounts('foo', { format: untyped('xml') }), 'format: "xml" is not one of json, jsonl, tsv, csv, parquet'],
    ['memory', () => loadCounts('foo.json', { memoryBytes: -1 }), 'memoryBytes: -1 is not a number of bytes, at least 1000000'],
    ['memory', () => loadCounts('foo.json', { memoryBytes: untyped('5000000') }), 'memoryBytes: "5000000" is not a number of bytes, at least 1000000'],
    ['paths of counts', () => loadCounts(untyped(5)), 'paths: a path or an array of paths is needed'],
    ['counts', () => mergeCounts(untyped({})), 'counts: [object Object] is not PretokenCounts'],
    ['a text to split', () => createSplitter().split(untyped(5)), 'text: 5 is not a string'],
    ['special tokens', () => createSplitter('gpt2', untyped('abc')), 'specialTokens: an array of strings is needed'],
    ['options of a splitter', () => createSplitter('gpt2', [], untyped({ engin: 'simd' })), 'engin: there is no such option (did you mean engine?)'],
    ['a tier', () => createSplitter('gpt2', [], { engine: untyped('transformers.js') }), 'engine: "transformers.js" is not one of auto, reference, automaton, simd'],
    ['options of streams', () => all(streamDocuments(PATH, untyped({ error: 'strict' }))), 'error: there is no such option (did you mean errors?)'],
    ['a choice', () => all(streamDocuments(PATH, { errors: untyped('Strict') })), 'errors: "Strict" is not one of replace, strict, ignore'],
    ['a size', () => all(streamBatches(PATH, 2, { blockBytes: 0 })), 'blockBytes: 0 is not a whole number of bytes from 1 to 2^30'],
    ['options of maps', () => all(mapDocuments(PATH, () => 1, untyped({ maxInflight: 2 }))), 'maxInflight: there is no such option (did you mean maxInFlight?)'],
    ['a function', () => all(mapDocuments(PATH, untyped('f'))), 'map: "f" is not a function'],
    ['a size', () => all(findBoundaries(PATH, ['a'], { blockBytes: -1 })), 'blockBytes: -1 is not a whole number of bytes from 1 to 2^30'],
    ['concurrency', () => processFiles([PATH], async () => 1, 0), 'concurrency: 0 is no positive whole number'],
    ['paths', () => processFiles(untyped(PATH), async () => 1), 'paths: an array of paths is needed'],
    ['a function', () => processFiles([PATH], untyped(undefined)), 'process: undefined is not a function'],
    ['a size of a source', () => planChunks([{ size: 1 }, { size: -1 }], PLAN), 'sources[1].size: -1 is no whole number of bytes from 0 up'],
    ['a source', () => planChunks(untyped([PATH]), PLAN), 'sources[0].size: undefined is no whole number of bytes from 0 up'],
    ['a list with a hole', () => pretokenize(withHole(PATH)), 'files: a path or an array of paths is needed'],
    ['a list with a hole', () => createSplitter('gpt2', withHole('a')), 'specialTokens: an array of strings is needed'],
    ['a list with a hole', () => pretokenize(PATH, [], { textField: withHole('a') }), 'textField: ["a", ] is not a path or an array of paths'],
    ['a list with a hole', () => planChunks(withHole({ size: 1 }), PLAN), 'sources[1].size: undefined is no whole number of bytes from 0 up'],
    ['a path that has no text', () => all(mapDocuments(untyped(Symbol('a')), () => 1)), 'path: Symbol(a) is not a path'],
    ['a number that has no text', () => all(streamBatches(PATH, untyped(Symbol('a')))), 'batchSize: Symbol(a) is no positive whole number'],
    ['a number that has no text', () => processFiles([PATH], async () => 1, untyped(Object.create(null))), 'concurrency: [object Object] is no positive whole number'],
    ['workers of a plan', () => planChunks([{ size: 1 }], { ...PLAN, numProcesses: untyped(Symbol('a')) }), 'numProcesses: Symbol(a) is no whole number from 1 to 1024'],
    ['memory of a plan', () => planChunks([{ size: 1 }], { ...PLAN, maxMemoryGb: untyped(1n) }), 'maxMemoryGb: 1n is no positive number of GiB'],
    ['memory of a plan', () => planChunks([{ size: 1 }], { ...PLAN, maxMemoryGb: untyped(true) }), 'maxMemoryGb: true is no positive number of GiB'],
    ['options of a plan', () => planChunks([{ size: 1 }], untyped({ ...PLAN, chunkByte: 1 })), 'chunkByte: there is no such option (did you mean chunkBytes?)'],
  ])('%s: %s', async (_, call, message) => {
    await expect((async () => call())()).rejects.toMatchObject({ name: 'PretokError', code: 'usage', message })
  })

  test('options that are undefined are those that were not given', async () => {
    const none = { format: undefined, errors: undefined, textField: undefined, delimiter: undefined, blockBytes: undefined }
    expect([...(await pretokenize(PATH, [], { ...none, signal: undefined, resume: undefined, minCount: undefined }))]).toEqual([...counts])
    await all(mapDocuments(PATH, () => 1, { ...none, maxInFlight: undefined, maxDocumentBytes: undefined, specialTokens: undefined }))
  })
})
