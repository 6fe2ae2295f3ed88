import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitBlocks, splitJsonLines } from '../../src/cli/splitInput.ts'
import { startSplittingOf } from '../../src/createSplitter.ts'
import { stringOfPiece } from '../../src/split/pieceStrings.ts'
import { createPipelineSplitter } from '../../src/split/splitText.ts'
import { resolveTokenizer } from '../../src/tokenizer/resolve.ts'
import type { TierChoice } from '../../src/types.ts'
import { troublesomeText } from '../support/texts.ts'

async function* inBlocks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** What is written, and the error if there was one. */
const written = async (run: (write: (bytes: Buffer) => Promise<void>) => Promise<void>): Promise<{ text: string; error: unknown }> => {
  const parts: Buffer[] = []
  let error: unknown
  await run(async (bytes) => void parts.push(bytes)).catch((thrown: unknown) => (error = thrown))
  return { text: Buffer.concat(parts).toString(), error }
}

const starting = (name: string, engine?: TierChoice) => {
  const pipeline = resolveTokenizer(name)
  return { pipeline, start: startSplittingOf(pipeline, pipeline.specialTokens, engine) }
}

describe('a text in blocks of any size', () => {
  const parts = fc.array(
    fc.oneof(
      troublesomeText(10).map((text) => Buffer.from(text)),
      fc.constantFrom('<|endoftext|>', ' the cat', '  \n', '[MASK]').map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes)),
    ),
    { maxLength: 10 },
  )

  test.each(['gpt2', 'qwen2', 'bert_uncased', 'falcon', 'llama2_legacy', 'gpt_neox'])('%s gives the pieces of the whole', async (name) => {
    const { pipeline, start } = starting(name)
    await fc.assert(
      fc.asyncProperty(parts, fc.integer({ min: 1, max: 20 }), async (given, size) => {
        const bytes = Buffer.concat(given)
        const expected = createPipelineSplitter(pipeline, pipeline.specialTokens).split(bytes.toString('utf8'))
        const { text, error } = await written((write) => splitBlocks(inBlocks(bytes, size), start, stringOfPiece, write))
        expect(error).toBeUndefined()
        expect(text).toBe(expected.map((piece) => `${JSON.stringify(piece)}\n`).join(''))
      }),
      { numRuns: 30 },
    )
  })

  test('pieces are written as soon as they are known', async () => {
    let known = ''
    const blocks = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('word '.repeat(20_000))
      expect(known.split('\n').length).toBeGreaterThan(10_000)
      yield Buffer.from('end')
    }
    await splitBlocks(blocks(), starting('gpt2').start, stringOfPiece, async (bytes) => void (known += String(bytes)))
    expect(known.split('\n')).toHaveLength(20_002)
  })

  test('a piece that no string can hold is named', async () => {
    const show = (): string => 'x'.repeat(2 ** 30)
    const { text, error } = await written((write) => splitBlocks(inBlocks(Buffer.from('abc d'), 10), starting('gpt2').start, show, write))
    expect(text).toBe('')
    expect(error).toMatchObject({ code: 'limit', message: expect.stringContaining('a pre-token of 3 bytes is too long to be shown') })
  })
})

describe('JSON strings on lines', () => {
  const split = (text: string, size = 7, maxLine?: number) =>
    written((write) => splitJsonLines(inBlocks(Buffer.from(text), size), starting('gpt2').start, stringOfPiece, write, maxLine))

  test('a line out for each line in, however they come', async () => {
    for (const size of [1, 2, 7, 100]) {
      expect(await split('"a b"\n""\n"c\\nd"', size)).toEqual({ text: '["a"," b"]\n[]\n["c","\\n","d"]\n', error: undefined })
      expect((await split('"a b"\n', size)).text).toBe('["a"," b"]\n')
      expect((await split('', size)).text).toBe('')
    }
  })

  test.each<[string, string, number, string]>([
    ['in the middle', '"a"\n\n"b"\n', 2, 'a JSON string is needed, not a blank line'],
    ['of white space', '"a"\n"b"\n \r\n', 3, 'a JSON string is needed, not a blank line'],
    ['at the end', '"a"\n\n', 2, 'a JSON string is needed, not a blank line'],
    ['that is a number', '1', 1, 'a JSON string is needed, not number'],
    ['that is null', 'null\n', 1, 'a JSON string is needed, not null'],
  ])('a line %s is an error; what stands before it is written', async (_, text, line, message) => {
    const { text: out, error } = await split(text)
    expect(error).toMatchObject({ code: 'input', message: `reading standard input, line ${line}: ${message}` })
    expect(out).toBe(['["a"]\n', '["b"]\n'].slice(0, line - 1).join(''))
  })

  test('a line that is too long is named before all of it is there', async () => {
    const { text, error } = await split(`"a"\n"${'b'.repeat(50)}`, 7, 20)
    expect(text).toBe('["a"]\n')
    expect(error).toMatchObject({ code: 'limit', message: expect.stringContaining('line 2: it is longer than 20 bytes') })
    expect((await split(`"${'b'.repeat(18)}"\n`, 7, 20)).error).toBeUndefined()
    expect((await split(`"${'b'.repeat(19)}"\n`, 100, 20)).error).toMatchObject({ code: 'limit' })
  })
})
