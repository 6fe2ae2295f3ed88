import { PretokError } from '../errors.ts'
import { countRunFolder, mergeRunFolder } from '../pipeline.ts'
import type { PretokenCounts } from '../result/pretokenCounts.ts'
import type { Shard } from '../run/tasks.ts'
import { EXIT } from './exitCodes.ts'
import {
  all,
  defined,
  ERROR_OPTIONS,
  FILTER_OPTIONS,
  INPUT_OPTIONS,
  runOptionsOf,
  single,
  TOKENIZER_OPTIONS,
} from './options.ts'
import { checkOutputs, filesOfRun, type CountsOutput } from './output.ts'
import type { Reporter } from './reporter.ts'
import { produceResult } from './result.ts'
import { plural } from './table.ts'

/** Options that a plan has settled. */
const SETTLED = Object.keys({ ...TOKENIZER_OPTIONS, ...INPUT_OPTIONS, ...FILTER_OPTIONS, ...ERROR_OPTIONS }).concat(
  'chunk-bytes',
  'work-dir',
  'resume',
)

/** What a command on a run folder may be given. */
export interface RunFolderArguments {
  [option: string]: unknown
  shard?: string | undefined
  receipt?: string | undefined
  log?: 'text' | 'json' | undefined
  quiet?: boolean | undefined
}

/** Does what is left of a run folder, or of a shard of it; with an output, the result is written, too. */
export const countRun = async (folder: string, args: RunFolderArguments, outputs: readonly CountsOutput[]): Promise<void> => {
  const settled = SETTLED.filter((name) => args[name] !== undefined)
  if (settled.length > 0)
    throw new PretokError(
      'usage',
      `count ${folder}: ${settled.map((name) => `--${name}`).join(', ')}: the plan in this folder has settled that; another folder can have another plan`,
    )
  const shard = shardOf(args.shard)
  const isMerging = outputs.length > 0 || args.receipt !== undefined
  if (shard !== undefined && isMerging)
    throw new PretokError(
      'usage',
      '--shard does a part of the tasks, which makes no result; pretok merge RUN -o OUT writes it when all are done',
    )
  await onRun(folder, args, outputs, async (options, reporter) => {
    if (args['temp-dir'] !== undefined && !isMerging)
      reporter.warning('--temp-dir changes nothing: what does not fit into memory is kept in the run folder, until that is merged')
    const { tasksDone, skipped } = await countRunFolder(folder, shard, options)
    reporter.stop()
    reporter.note(`${folder}: ${tasksDone === 0 ? 'nothing was left to do' : `${plural(tasksDone, 'task')} done`}${shard === undefined ? '' : ` of shard ${args.shard}`}`)
    if (isMerging) return mergeRunFolder(folder, options)
    const left = [
      ...(skipped.records > 0 ? [plural(skipped.records, 'record')] : []),
      ...(skipped.chunks > 0 ? [plural(skipped.chunks, 'chunk')] : []),
    ]
    if (left.length > 0) {
      reporter.warning(`SKIPPED ${left.join(' and ')} of ${folder}; the receipt that pretok merge makes lists them`)
      process.exitCode = EXIT.skipped
    }
    reporter.note(`pretok merge ${folder} -o OUT writes the result when all are done; pretok status ${folder} tells`)
    return undefined
  })
}

/** Writes the result of a run folder whose tasks are all done. */
export const mergeRun = (folder: string, args: RunFolderArguments, outputs: readonly CountsOutput[]): Promise<void> =>
  onRun(folder, args, outputs, (options) => mergeRunFolder(folder, options))

const onRun = async (
  folder: string,
  args: RunFolderArguments,
  outputs: readonly CountsOutput[],
  work: (options: object, reporter: Reporter) => Promise<PretokenCounts | undefined>,
): Promise<void> => {
  const receiptPath = single('receipt', args.receipt)
  await checkOutputs([...outputs.map(({ path }) => path), ...all(receiptPath)], async () => filesOfRun(folder))
  await produceResult(args, { outputs, receiptPath, hasPattern: false }, (reporter, signal) => {
    const options = {
      ...defined({ ...runOptionsOf(args as never), tempDir: single('temp-dir', args['temp-dir']) }),
      onProgress: reporter.progress,
      onWarning: reporter.warning,
      signal,
    }
    return work(options, reporter)
  })
}

const shardOf = (given: string | undefined): Shard | undefined => {
  const text = single('shard', given)
  if (text === undefined) return undefined
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? []
  if (index === undefined || !(index >= 1 && index <= of))
    throw new PretokError('usage', `--shard ${JSON.stringify(text)}: i/n is needed, with i from 1 to n, such as 3/8`)
  return { index, of }
}
