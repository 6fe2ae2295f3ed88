import type { ArgumentsCamelCase, CommandModule, InferredOptionTypes } from 'yargs'
import { pretokenize } from '../pipeline.ts'
import { STANDARD_INPUT } from '../read/inputNames.ts'
import { expandInputs } from '../read/inputs.ts'
import type { PretokenCounts } from '../result/pretokenCounts.ts'
import type { Receipt } from '../types.ts'
import { writeFileAtomically } from '../write/atomicFile.ts'
import { STANDARD_STREAM } from '../write/formats.ts'
import { EXIT } from './exitCodes.ts'
import { onInterrupt } from './interrupt.ts'
import {
  all,
  defined,
  INPUT_HELP,
  INPUT_OPTIONS,
  inputOptionsOf,
  pipelineOf,
  RUN_OPTIONS,
  runOptionsOf,
  single,
  specialTokensOf,
  TOKENIZER_OPTIONS,
} from './options.ts'
import { checkOutputs, OUTPUT_OPTIONS, outputsOf } from './output.ts'
import { createReporter, type Reporter } from './reporter.ts'
import { integer } from './table.ts'
import { topTable } from './topTable.ts'

const OPTIONS = {
  ...TOKENIZER_OPTIONS,
  ...INPUT_OPTIONS,
  ...RUN_OPTIONS,
  ...OUTPUT_OPTIONS,
  receipt: { type: 'string', requiresArg: true, describe: 'Write the receipt, which accounts for every byte, as JSON', group: 'Output:' },
  errors: {
    choices: ['replace', 'strict', 'ignore'] as const,
    requiresArg: true,
    describe: 'What to do with invalid UTF-8  [default: replace]',
    group: 'Input:',
  },
  'on-error': {
    choices: ['fail', 'skip'] as const,
    requiresArg: true,
    describe: 'What to do with a record that cannot be read, or a chunk that cannot be counted  [default: fail]',
    group: 'Input:',
  },
  log: {
    choices: ['text', 'json'] as const,
    requiresArg: true,
    describe: 'Progress and messages on stderr for people or as JSON lines  [default: text]',
    group: 'Messages:',
  },
  quiet: { alias: 'q', type: 'boolean', describe: 'Only warnings and errors', group: 'Messages:' },
} as const

type Arguments = InferredOptionTypes<typeof OPTIONS> & { INPUT: string[] }

const PREVIEW = 10

const handler = async (args: ArgumentsCamelCase<Arguments>): Promise<void> => {
  // standard output last: whoever reads it may stop, and the files must be there all the same
  const outputs = outputsOf(args).sort((a, b) => Number(a.path === STANDARD_STREAM) - Number(b.path === STANDARD_STREAM))
  const receiptPath = single('receipt', args.receipt)
  const inputs = (await expandInputs(args.INPUT, () => {})).filter((path) => path !== STANDARD_INPUT)
  await checkOutputs([...outputs.map(({ path }) => path), ...all(receiptPath)], inputs)
  const reporter = createReporter(single('log', args.log) ?? 'text', args.quiet === true)
  const stopping = new AbortController()
  const release = onInterrupt(stopping, () => {
    reporter.stop()
    reporter.note('stopping (again to stop at once)')
  })
  try {
    const tokenizer = await pipelineOf(args)
    const counts = await pretokenize(args.INPUT, specialTokensOf(args, tokenizer), {
      ...inputOptionsOf(args),
      ...runOptionsOf(args),
      tokenizer,
      ...defined({
        errors: single('errors', args.errors),
        onError: single('on-error', args['on-error']),
      }),
      onProgress: reporter.progress,
      onWarning: reporter.warning,
      signal: stopping.signal,
    })
    reporter.stop()
    report(counts.receipt!, reporter, args.pattern !== undefined)
    const receipt = `${JSON.stringify(counts.receipt, null, 2)}\n`
    if (receiptPath !== undefined && receiptPath !== STANDARD_STREAM) await writeFileAtomically(receiptPath, receipt)
    for (const { path, format } of outputs) {
      await counts.save(path, { format, signal: stopping.signal })
      if (path !== STANDARD_STREAM) reporter.note(`wrote ${path}: ${integer(counts.size)} distinct pre-tokens`)
    }
    if (receiptPath === STANDARD_STREAM) process.stdout.write(receipt)
    else if (outputs.length === 0) await showResult(counts, reporter, stopping.signal)
    if (counts.receipt!.skipped.length > 0 || counts.receipt!.skippedRecords.count > 0) process.exitCode = EXIT.skipped
  } finally {
    reporter.stop()
    release()
  }
}

/** Whoever gives a pattern should know of text that it leaves out; a tokenizer that leaves out, say, white space is meant to. */
const report = (receipt: Receipt, reporter: Reporter, hasPattern: boolean): void => {
  reporter.receipt(receipt)
  if (hasPattern && receipt.bytes.dropped > 0)
    reporter.warning(
      `${integer(receipt.bytes.dropped)} bytes are in no pre-token, because the pattern does not match them (as tiktoken has it); ` +
        '--pattern-style huggingface keeps them',
    )
}

/** Without an output, a terminal gets a look at the result, and anything else gets all of it. */
const showResult = async (counts: PretokenCounts, reporter: Reporter, signal: AbortSignal): Promise<void> => {
  if (!process.stdout.isTTY) return counts.save(STANDARD_STREAM, { signal })
  process.stdout.write(`\n${topTable(counts, PREVIEW)}\n`)
  reporter.note('\n-o counts.json (or .jsonl, .tsv, .csv) writes all of them')
}

export const countCommand: CommandModule<object, Arguments> = {
  command: 'count <INPUT..>',
  describe: 'Count the pre-tokens of a corpus',
  builder: (yargs) =>
    yargs
      .usage('$0 count INPUT… [options]\n\nCounts the pre-tokens of a corpus, exactly as the tokenizer cuts it.')
      .positional('INPUT', { type: 'string', array: true, demandOption: true, describe: INPUT_HELP })
      .options(OPTIONS)
      .example('$0 count corpus.txt -o counts.json', 'GPT-2, all cores')
      .example('$0 count a.txt b.txt -t llama3 -n 8 -m 2 -o counts.tsv', 'eight workers of 2 GiB')
      .example('$0 count corpus/ extra.jsonl.zst -o counts.json', 'all files of a folder, and another one')
      .example('$0 count data.jsonl --text-field meta.body -o counts.json', 'JSON Lines, the text in a field of a field')
      .example("$0 count corpus.txt -s '<|doc|>' -p '\\p{L}+|\\p{N}+' -o -", 'a regex of your own, to stdout'),
  handler,
}
