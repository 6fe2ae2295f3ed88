import type { ArgumentsCamelCase, CommandModule, InferredOptionTypes } from 'yargs'
import { PretokError } from '../errors.ts'
import { defaultMaxMemoryGb, inspectMachine } from '../plan/machine.ts'
import { factsOf } from '../read/ask.ts'
import { loadCounts } from '../result/loadCounts.ts'
import type { PretokenCounts } from '../result/pretokenCounts.ts'
import { formatToRead, STANDARD_STREAM } from '../write/formats.ts'
import { EXIT } from './exitCodes.ts'
import { onInterrupt } from './interrupt.ts'
import { COUNTS_HELP, INPUT_FORMAT_OPTION, inputFormatOf, readOnce } from './countsOptions.ts'
import { defined, RUN_OPTIONS, runOptionsOf, single, TEMP_DIR_OPTION } from './options.ts'
import { asInputs, checkOutputs, OUTPUT_OPTIONS, outputsOf } from './output.ts'
import { isRunFolder } from './isRunFolder.ts'
import { pathsOf, writeOutputs } from './result.ts'
import { mergeRun } from './runFolder.ts'
import { integer, plural } from './table.ts'
import { say } from './terminal.ts'

/** Somewhat more than `loadCounts` needs at least. */
const LEAST_MEMORY_GB = 0.001

const { 'num-processes': processes, 'max-memory-gb': memory } = RUN_OPTIONS
const OPTIONS = {
  ...OUTPUT_OPTIONS,
  ...INPUT_FORMAT_OPTION,
  'num-processes': { ...processes, describe: 'Of a run folder: number of workers  [default: the cores available]' },
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
    warnOfIdleOptions(args, true)
    return mergeRun(folder, args, outputs)
  }
  if (args.receipt !== undefined) throw new PretokError('usage', '--receipt: only a run folder has one')
  warnOfIdleOptions(args, false)
  const files = readOnce('merge', args.COUNTS)
  await checkOutputs(
    outputs.map(({ path }) => path),
    async () => asInputs(files.filter((path) => path !== STANDARD_STREAM)),
  )
  await warnOfRepeated(files)
  const input = inputFormatOf(args)
  if (input.format === undefined) files.forEach(formatToRead) // a wrong name is found before an hour of reading
  const { maxMemoryGb = defaultMaxMemoryGb(inspectMachine(), 1) } = runOptionsOf(args as never)
  if (maxMemoryGb < LEAST_MEMORY_GB)
    throw new PretokError('usage', `--max-memory-gb: ${maxMemoryGb} GiB are too little; ${LEAST_MEMORY_GB} are the least to merge with`)
  const tempDir = single('temp-dir', args['temp-dir'])
  const stopping = new AbortController()
  let counts: PretokenCounts | undefined
  const release = onInterrupt(stopping, () => {
    say(counts === undefined ? 'pretok: merging: stopped before the end; nothing was written' : 'stopping (again to stop at once)')
    // of what was read nothing is kept: the folder for that is removed when the process ends
    if (counts === undefined) process.exit(EXIT.interrupted)
  })
  try {
    counts = await loadCounts(files, { ...input, ...defined({ tempDir }), memoryBytes: maxMemoryGb * 2 ** 30 })
    await writeOutputs(counts, { outputs, signal: stopping.signal })
    const summary = `${plural(counts.size, 'distinct pre-token')}, ${integer(counts.total)} in all`
    if (args.quiet !== true) for (const path of pathsOf(outputs)) say(`wrote ${path}: ${summary}`)
  } finally {
    counts?.close()
    release()
  }
}

const warnOfIdleOptions = (args: Arguments, isRun: boolean): void => {
  const warn = (option: string, why: string): void => say(`warning: ${option} changes nothing: ${why}`)
  if (isRun && args['input-format'] !== undefined) warn('--input-format', 'a run folder is no file of counts')
  if (!isRun && args['num-processes'] !== undefined) warn('--num-processes', 'files of counts are added up by one thread; a run folder is merged by several')
}

/** That is seldom meant: a glob and a name may give the same file. What cannot be looked at whoever reads it will tell of. */
const warnOfRepeated = async (files: readonly string[]): Promise<void> => {
  const seen = new Map<string, string>()
  for (const path of files) {
    const facts = path === STANDARD_STREAM ? undefined : await factsOf(path).catch(() => undefined)
    if (facts?.isFile() !== true) continue
    const identity = `${facts.dev}:${facts.ino}`
    const first = seen.get(identity)
    if (first === undefined) seen.set(identity, path)
    else say(`warning: ${path} ${first === path ? 'was named before' : `is the same file as ${first}`}; its counts are added each time`)
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
      .positional('COUNTS', { type: 'string', array: true, demandOption: true, describe: `Files of ${COUNTS_HELP}; - is stdin; or one run folder` })
      .options(OPTIONS)
      .example('$0 merge part-1.json part-2.json -o all.json', 'two parts of a corpus')
      .example('$0 merge run -o counts.json', 'the result of a run folder')
      .example('$0 merge counts.json -o counts.tsv', 'another format')
      .example('$0 merge part-*.tsv -o - --output-format tsv | zstd > all.tsv.zst', 'compressed'),
  handler,
}
