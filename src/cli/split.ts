import { Readable } from 'node:stream'
import type { ArgumentsCamelCase, CommandModule, InferredOptionTypes } from 'yargs'
import { TIER_CHOICES } from '../count/engine.ts'
import { startSplittingOf } from '../createSplitter.ts'
import { PretokError } from '../errors.ts'
import { STANDARD_INPUT } from '../read/inputNames.ts'
import { stringOfPiece } from '../split/pieceStrings.ts'
import { standardInputBlocks } from '../standardInput.ts'
import { toByteLevel } from '../tokenizer/byteLevel.ts'
import { writeToStandardOutput } from '../write/standardOutput.ts'
import { single, TOKENIZER_OPTIONS, pipelineOf, specialTokensOf } from './options.ts'
import { splitBlocks, splitJsonLines } from './splitInput.ts'

const OPTIONS = {
  ...TOKENIZER_OPTIONS,
  engine: {
    choices: TIER_CHOICES,
    requiresArg: true,
    describe: 'Tier that splits; all give the same pieces  [default: auto, the fastest that can]',
    group: 'Tokenizer:',
  },
  jsonl: {
    type: 'boolean',
    describe: 'Read one JSON string a line, write one JSON array of pieces for each; a blank line is an error',
    group: 'Output:',
  },
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
  const startSplitting = startSplittingOf(pipeline, specialTokensOf(args, pipeline), single('engine', args.engine))
  const show = args['byte-level'] === true ? showByteLevel : stringOfPiece
  const given = textOf(args)
  if (args.jsonl === true) {
    if (given !== undefined) throw new PretokError('usage', '--jsonl reads from standard input; leave out TEXT')
    return writeToStandardOutput((write) => splitJsonLines(standardInputBlocks(), startSplitting, show, write))
  }
  const blocks = given === undefined ? standardInputBlocks() : Readable.from([Buffer.from(given)])
  return writeToStandardOutput((write) => splitBlocks(blocks, startSplitting, show, write))
}

const showByteLevel = (bytes: Uint8Array, start: number, end: number): string => toByteLevel(bytes.subarray(start, end))

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
