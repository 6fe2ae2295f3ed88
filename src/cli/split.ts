import { buffer } from 'node:stream/consumers'
import type { ArgumentsCamelCase, CommandModule, InferredOptionTypes } from 'yargs'
import { PretokError } from '../errors.ts'
import { STANDARD_INPUT } from '../read/inputNames.ts'
import { createPipelineSplitter } from '../split/splitText.ts'
import { toByteLevel } from '../tokenizer/byteLevel.ts'
import { TOKENIZER_OPTIONS, pipelineOf, specialTokensOf } from './options.ts'

const OPTIONS = {
  ...TOKENIZER_OPTIONS,
  jsonl: { type: 'boolean', describe: 'Read one JSON string a line, write one JSON array of pieces a line', group: 'Output:' },
  'byte-level': { type: 'boolean', describe: "Write pieces in GPT-2's byte alphabet (a space is Ġ)", group: 'Output:' },
} as const

type Arguments = InferredOptionTypes<typeof OPTIONS> & { TEXT?: string | undefined }

/** The text to cut, unless it comes from standard input. What stands behind `--` is no option; yargs has it among the commands. */
const textOf = ({ TEXT, _: [, ...behind] }: ArgumentsCamelCase<Arguments>): string | undefined => {
  const [more] = behind.slice(TEXT === undefined ? 1 : 0)
  if (more !== undefined) throw new PretokError('usage', `unexpected ${JSON.stringify(more)}: one TEXT is split`)
  if (behind.length > 0) return String(behind[0])
  return TEXT === STANDARD_INPUT ? undefined : TEXT
}

const handler = async (args: ArgumentsCamelCase<Arguments>): Promise<void> => {
  const pipeline = await pipelineOf(args)
  const splitter = createPipelineSplitter(pipeline, specialTokensOf(args, pipeline))
  const show = (piece: Uint8Array): string => (args['byte-level'] === true ? toByteLevel(piece) : Buffer.from(piece).toString('utf8'))
  const given = textOf(args)
  if (args.jsonl === true) {
    if (given !== undefined) throw new PretokError('usage', '--jsonl reads from standard input; leave out TEXT')
    for await (const text of jsonStrings()) await write(JSON.stringify(splitter.splitToBytes(text).map(show)))
    return
  }
  const text = given ?? (await buffer(process.stdin)).toString('utf8')
  for (const piece of splitter.splitToBytes(text)) await write(JSON.stringify(show(piece)))
}

const write = async (line: string): Promise<void> => {
  if (!process.stdout.write(`${line}\n`)) await new Promise<void>((resolve) => process.stdout.once('drain', resolve))
}

async function* jsonStrings(): AsyncGenerator<string> {
  let number = 0
  for await (const line of lines(process.stdin)) {
    number++
    if (line.trim() !== '') yield parseString(line, number)
  }
}

/** Lines end at \n and nowhere else: JSON may hold U+2028 and other line ends as they are. */
async function* lines(input: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let parts: Buffer[] = []
  for await (const block of input) {
    let start = 0
    for (let end = block.indexOf(0x0a); end !== -1; end = block.indexOf(0x0a, start)) {
      yield Buffer.concat([...parts, block.subarray(start, end)]).toString('utf8')
      parts = []
      start = end + 1
    }
    parts.push(block.subarray(start))
  }
  yield Buffer.concat(parts).toString('utf8')
}

const parseString = (line: string, number: number): string => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw new PretokError('input', `reading standard input, line ${number}: ${(error as Error).message}`)
  }
  if (typeof value !== 'string')
    throw new PretokError(
      'input',
      `reading standard input, line ${number}: a JSON string is needed, not ${Array.isArray(value) ? 'an array' : typeof value}`,
    )
  return value
}

export const splitCommand: CommandModule<object, Arguments> = {
  command: 'split [TEXT]',
  describe: 'Show the pre-tokens of a text',
  builder: (yargs) =>
    yargs
      .usage('$0 split [TEXT]\n\nShows the pre-tokens of TEXT, or of standard input: one JSON string a line.')
      .positional('TEXT', { type: 'string', describe: 'Default, and -: standard input. -- goes before a text that begins with -' })
      .nargs('TEXT', 1) // otherwise yargs takes a lone - for an empty text
      .options(OPTIONS)
      .example('$0 split "it\'s 2026"', '"it" "\'s" " 2026"')
      .example('$0 split -t qwen2 < notes.txt', 'the same for a file')
      .example('$0 split -- "-1 or more"', '"-" "1" " or" " more"')
      .example('$0 split --jsonl -t llama3 < texts.jsonl', 'one JSON array of pieces for each JSON string'),
  handler,
}
