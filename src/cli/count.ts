import { join } from 'node:path'
import type { ArgumentsCamelCase, CommandModule, InferredOptionTypes } from 'yargs'
import { PretokError } from '../errors.ts'
import { pretokenize } from '../pipeline.ts'
import { STANDARD_INPUT } from '../read/inputNames.ts'
import { expandInputs } from '../read/inputs.ts'
import {
  all,
  defined,
  ERROR_OPTIONS,
  errorOptionsOf,
  FILTER_OPTIONS,
  filterOptionsOf,
  INPUT_HELP,
  INPUT_OPTIONS,
  inputOptionsOf,
  pipelineOf,
  RUN_OPTIONS,
  runOptionsOf,
  single,
  specialTokensOf,
  TEMP_DIR_OPTION,
  TOKENIZER_OPTIONS,
} from './options.ts'
import { asInputs, checkOutputs, filesOfRun, OUTPUT_OPTIONS, outputsOf, type Needed } from './output.ts'
import { produceResult } from './result.ts'
import { countRun } from './runFolder.ts'
import { isRunFolder } from './isRunFolder.ts'

const OPTIONS = {
  ...TOKENIZER_OPTIONS,
  ...INPUT_OPTIONS,
  ...FILTER_OPTIONS,
  ...RUN_OPTIONS,
  ...OUTPUT_OPTIONS,
  'work-dir': {
    type: 'string',
    requiresArg: true,
    describe: 'Run folder: what is done is kept there, and a run that was stopped or killed can go on',
    group: 'Workers:',
  },
  resume: { type: 'boolean', describe: 'Go on with the run that is in --work-dir', group: 'Workers:' },
  shard: { type: 'string', requiresArg: true, describe: 'Of a run folder, only the tasks of part i of n, such as 3/8', group: 'Workers:' },
  ...TEMP_DIR_OPTION,
  receipt: { type: 'string', requiresArg: true, describe: 'Write the receipt, which accounts for every byte, as JSON', group: 'Output:' },
  ...ERROR_OPTIONS,
  log: {
    choices: ['text', 'json'] as const,
    requiresArg: true,
    describe: 'Progress and messages on stderr for people or as JSON lines  [default: text]',
    group: 'Messages:',
  },
  quiet: { alias: 'q', type: 'boolean', describe: 'Only warnings and errors', group: 'Messages:' },
} as const

type Arguments = InferredOptionTypes<typeof OPTIONS> & { INPUT: string[] }

const handler = async (args: ArgumentsCamelCase<Arguments>): Promise<void> => {
  const outputs = outputsOf(args)
  const receiptPath = single('receipt', args.receipt)
  const folder = args.INPUT.find(isRunFolder)
  if (folder !== undefined) {
    if (args.INPUT.length > 1)
      throw new PretokError('usage', `count: the run folder ${folder} is counted alone; what it counts is in its plan`)
    return countRun(folder, args, outputs)
  }
  if (args.shard !== undefined) throw new PretokError('usage', '--shard shares a run folder out; pretok plan INPUT… --out RUN makes one')
  if (args.resume === true && args['work-dir'] === undefined)
    throw new PretokError('usage', '--resume goes on with the run in --work-dir, but there is none')
  await checkOutputs([...outputs.map(({ path }) => path), ...all(receiptPath)], () => neededBy(args))
  await produceResult(args, { outputs, receiptPath, hasPattern: args.pattern !== undefined }, async (reporter, signal) => {
    const tokenizer = await pipelineOf(args)
    return pretokenize(args.INPUT, specialTokensOf(args, tokenizer), {
      ...inputOptionsOf(args),
      ...filterOptionsOf(args),
      ...runOptionsOf(args),
      ...errorOptionsOf(args),
      tokenizer,
      ...defined({
        tempDir: single('temp-dir', args['temp-dir']),
        workDir: single('work-dir', args['work-dir']),
        resume: args.resume,
      }),
      onProgress: reporter.progress,
      onWarning: reporter.warning,
      signal,
    })
  })
}

/** The files that a run reads: inputs, lists of them, the tokenizer, and what is in its run folder. */
const neededBy = async (args: Arguments): Promise<Needed[]> => {
  const inputs = (await expandInputs(args.INPUT, () => {})).filter((path) => path !== STANDARD_INPUT)
  const lists = args.INPUT.filter((name) => name.startsWith('@')).map((name) => ({ path: name.slice(1), what: `the list ${name}` }))
  const tokenizers = all(args.tokenizer).flatMap((name) =>
    [name, join(name, 'tokenizer.json')].map((path) => ({ path, what: `the tokenizer ${path}` })),
  )
  return [...asInputs(inputs), ...lists, ...tokenizers, ...all(args['work-dir']).flatMap(filesOfRun)]
}

export const countCommand: CommandModule<object, Arguments> = {
  command: 'count <INPUT..>',
  describe: 'Count the pre-tokens of a corpus',
  builder: (yargs) =>
    yargs
      .usage('$0 count INPUT… [options]\n\nCounts the pre-tokens of a corpus, exactly as the tokenizer cuts it.\nWithout -o, a terminal shows the 10 most frequent, and a pipe or file gets all of them as JSON.')
      .positional('INPUT', { type: 'string', array: true, demandOption: true, describe: `${INPUT_HELP}; or one run folder` })
      .options(OPTIONS)
      .example('$0 count corpus.txt -o counts.json', 'GPT-2, all cores')
      .example('$0 count a.txt b.txt -t llama3 -n 8 -m 2 -o counts.tsv', 'eight workers of 2 GiB')
      .example('$0 count corpus.txt --work-dir run --resume -o counts.json', 'goes on where it was stopped or killed')
      .example('$0 count corpus/ extra.jsonl.zst -o counts.json', 'all files of a folder, and another one')
      .example('$0 count data.jsonl --text-field meta.body -o counts.json', 'JSON Lines, the text in a field of a field')
      .example("$0 count corpus.txt -s '<|doc|>' -p '\\p{L}+|\\p{N}+' -o -", 'a regex of your own, to stdout'),
  handler,
}
