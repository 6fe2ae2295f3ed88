import type { ArgumentsCamelCase, CommandModule, InferredOptionTypes } from 'yargs'
import { PretokError } from '../errors.ts'
import { checkOptions } from '../options.ts'
import { planRun } from '../pipeline/planRun.ts'
import { openRunFolder } from '../run/runFolder.ts'
import {
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
import { plural } from './table.ts'
import { say } from './terminal.ts'

const OPTIONS = {
  ...TOKENIZER_OPTIONS,
  ...INPUT_OPTIONS,
  ...FILTER_OPTIONS,
  ...RUN_OPTIONS,
  ...ERROR_OPTIONS,
  ...TEMP_DIR_OPTION,
  out: { type: 'string', requiresArg: true, describe: 'Make a run folder with this plan', group: 'Output:' },
  quiet: { alias: 'q', type: 'boolean', describe: 'Only warnings and errors', group: 'Messages:' },
} as const

type Arguments = InferredOptionTypes<typeof OPTIONS> & { INPUT: string[] }

const handler = async (args: ArgumentsCamelCase<Arguments>): Promise<void> => {
  const tokenizer = await pipelineOf(args)
  const out = single('out', args.out)
  if (out !== undefined && openRunFolder(out) !== undefined)
    throw new PretokError(
      'usage',
      `--out ${out}: there is a run in it; pretok count ${out} goes on with it, another folder begins a new one`,
    )
  const options = {
    ...inputOptionsOf(args),
    ...filterOptionsOf(args),
    ...runOptionsOf(args),
    ...errorOptionsOf(args),
    ...defined({ tempDir: single('temp-dir', args['temp-dir']), workDir: out }),
    tokenizer,
    onWarning: (message: string) => say(`warning: ${message}`),
  }
  checkOptions(options)
  const { pipeline, engine, specialTokens, sources, chunks, chunkBytes, tasks, run, numProcesses, maxMemoryGb } = await planRun(
    args.INPUT,
    specialTokensOf(args, tokenizer),
    options,
  )
  if (run !== undefined) {
    const them = tasks.length === 1 ? 'it' : 'them'
    if (args.quiet !== true)
      say(`${run.path}: plan ${run.id}, ${plural(tasks.length, 'task')}; pretok count ${run.path} does ${them}`)
    return
  }
  const plan = {
    tokenizer: pipeline.name,
    engine: engine.name,
    specialTokens,
    numProcesses,
    maxMemoryGb,
    chunkBytes,
    sources: sources.map(({ path, size, format, compression }) => ({ path, size, format, compression })),
    chunks,
  }
  process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`)
}

export const planCommand: CommandModule<object, Arguments> = {
  command: 'plan <INPUT..>',
  describe: 'Print the chunk plan of a count as JSON, or make a run folder',
  builder: (yargs) =>
    yargs
      .usage(
        '$0 plan INPUT… [options]\n\nPrints how pretok count with the same options would cut its input: each chunk is bytes [start, end) of a source.\nWith --out, makes a run folder: pretok count RUN then does its tasks, on as many machines as share the folder.',
      )
      .positional('INPUT', { type: 'string', array: true, demandOption: true, describe: INPUT_HELP })
      .options(OPTIONS)
      .example('$0 plan corpus.txt -n 8 -m 2', 'the chunks for eight workers of 2 GiB')
      .example('$0 plan corpus.txt --out run', 'a run folder'),
  handler,
}
