import type { ArgumentsCamelCase, CommandModule, InferredOptionTypes } from 'yargs'
import { planRun } from '../pipeline.ts'
import {
  INPUT_HELP,
  INPUT_OPTIONS,
  inputOptionsOf,
  pipelineOf,
  RUN_OPTIONS,
  runOptionsOf,
  specialTokensOf,
  TOKENIZER_OPTIONS,
} from './options.ts'

const OPTIONS = { ...TOKENIZER_OPTIONS, ...INPUT_OPTIONS, ...RUN_OPTIONS } as const

type Arguments = InferredOptionTypes<typeof OPTIONS> & { INPUT: string[] }

const handler = async (args: ArgumentsCamelCase<Arguments>): Promise<void> => {
  const tokenizer = await pipelineOf(args)
  const { pipeline, engine, specialTokens, sources, chunks, chunkBytes, numProcesses, maxMemoryGb } = await planRun(
    args.INPUT,
    specialTokensOf(args, tokenizer),
    { ...inputOptionsOf(args), ...runOptionsOf(args), tokenizer },
  )
  const plan = {
    tokenizer: pipeline.name,
    engine: engine.name,
    specialTokens,
    numProcesses,
    maxMemoryGb,
    chunkBytes,
    sources: sources.map(({ path, size, format, compression }) => ({ path, size, format, compression })),
    chunks: chunks.map(({ source, start, end }) => ({ source, start, end })),
  }
  process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`)
}

export const planCommand: CommandModule<object, Arguments> = {
  command: 'plan <INPUT..>',
  describe: 'Print the chunk plan of a count as JSON',
  builder: (yargs) =>
    yargs
      .usage(
        '$0 plan INPUT… [options]\n\nPrints how pretok count with the same options would cut its input: each chunk is bytes [start, end) of a source.',
      )
      .positional('INPUT', { type: 'string', array: true, demandOption: true, describe: INPUT_HELP })
      .options(OPTIONS)
      .example('$0 plan corpus.txt -n 8 -m 2', 'the chunks for eight workers of 2 GiB'),
  handler,
}
