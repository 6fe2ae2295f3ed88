import type { ArgumentsCamelCase, CommandModule, InferredOptionTypes } from 'yargs'
import { PretokError } from '../errors.ts'
import { defaultMaxMemoryGb, inspectMachine } from '../plan/machine.ts'
import { loadCounts } from '../result/loadCounts.ts'
import { formatToRead, STANDARD_STREAM } from '../write/formats.ts'
import { EXIT } from './exitCodes.ts'
import { onInterrupt } from './interrupt.ts'
import { COUNTS_HELP, INPUT_FORMAT_OPTION, inputFormatOf } from './countsOptions.ts'
import { defined, refuseStandardInput, RUN_OPTIONS, runOptionsOf, single, TEMP_DIR_OPTION } from './options.ts'
import { asInputs, checkOutputs, OUTPUT_OPTIONS, outputsOf } from './output.ts'
import { mergeRun, isRunFolder } from './runFolder.ts'
import { integer } from './table.ts'

const { 'num-processes': processes, 'max-memory-gb': memory } = RUN_OPTIONS
const OPTIONS = {
  ...OUTPUT_OPTIONS,
  ...INPUT_FORMAT_OPTION,
  'num-processes': processes,
  'max-memory-gb': memory,
  ...TEMP_DIR_OPTION,
  receipt: { type: 'string', requiresArg: true, describe: 'Of a run folder: write the receipt as JSON', group: 'Output:' },
  quiet: { alias: 'q', type: 'boolean', describe: 'Only warnings and errors', group: 'Messages:' },
} as const

type Arguments = InferredOptionTypes<typeof OPTIONS> & { COUNTS: string[] }

const handler = async (args: ArgumentsCamelCase<Arguments>): Promise<void> => {
  const outputs = outputsOf(args)
  if (outputs.length === 0) throw new PretokError('usage', 'merge: no output was given; -o FILE writes one, -o - writes to stdout')
  const folder = args.COUNTS.find(isRunFolder)
  if (folder !== undefined) {
    if (args.COUNTS.length > 1)
      throw new PretokError('usage', `merge: the run folder ${folder} is merged alone, and then with other counts`)
    return mergeRun(folder, args, outputs)
  }
  if (args.receipt !== undefined) throw new PretokError('usage', '--receipt: only a run folder has one')
  refuseStandardInput(args, '/dev/stdin can, with --input-format')
  await checkOutputs(
    outputs.map(({ path }) => path),
    async () => asInputs(args.COUNTS),
  )
  const input = inputFormatOf(args)
  if (input.format === undefined) args.COUNTS.forEach(formatToRead) // a wrong name is found before an hour of reading
  const { maxMemoryGb = defaultMaxMemoryGb(inspectMachine(), 1) } = runOptionsOf(args as never)
  const tempDir = single('temp-dir', args['temp-dir'])
  // nothing is kept of what was read: the folder for that is removed when the process ends
  const release = onInterrupt(new AbortController(), () => process.exit(EXIT.interrupted))
  const counts = await loadCounts(args.COUNTS, { ...input, ...defined({ tempDir }), memoryBytes: maxMemoryGb * 2 ** 30 })
  try {
    for (const { path, format } of outputs) {
      await counts.save(path, { format })
      const summary = `${integer(counts.size)} distinct pre-tokens, ${integer(counts.total)} in all`
      if (path !== STANDARD_STREAM && args.quiet !== true) process.stderr.write(`wrote ${path}: ${summary}\n`)
    }
  } finally {
    counts.close()
    release()
  }
}

export const mergeCommand: CommandModule<object, Arguments> = {
  command: 'merge <COUNTS..>',
  describe: 'Add up count files, or merge a run folder',
  builder: (yargs) =>
    yargs
      .usage(
        '$0 merge COUNTS… -o OUT\n\nAdds up files of counts, whatever their formats. One file is fine too: that converts it.\nOf a run folder, writes the result when all of its tasks are done.',
      )
      .positional('COUNTS', { type: 'string', array: true, demandOption: true, describe: `Files of ${COUNTS_HELP}; or one run folder` })
      .options(OPTIONS)
      .example('$0 merge part-1.json part-2.json -o all.json', 'two parts of a corpus')
      .example('$0 merge run -o counts.json', 'the result of a run folder')
      .example('$0 merge counts.json -o counts.tsv', 'another format')
      .example('$0 merge part-*.tsv -o - --output-format tsv | zstd > all.tsv.zst', 'compressed'),
  handler,
}
