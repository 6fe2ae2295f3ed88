import type { ArgumentsCamelCase, CommandModule, InferredOptionTypes } from 'yargs'
import { loadCounts } from '../result/loadCounts.ts'
import { INPUT_FORMAT_OPTION, inputFormatOf, JSON_OPTION, limitOf, limitOption, readOnce, withCountsFile } from './countsOptions.ts'
import { topTable } from './topTable.ts'

const LIMIT = 50

const OPTIONS = { ...limitOption('How many pieces', LIMIT), ...JSON_OPTION, ...INPUT_FORMAT_OPTION } as const

type Arguments = InferredOptionTypes<typeof OPTIONS> & { COUNTS: string }

const handler = async (args: ArgumentsCamelCase<Arguments>): Promise<void> => {
  const limit = limitOf(args, LIMIT)
  const counts = await loadCounts(readOnce('top', [args.COUNTS]), inputFormatOf(args))
  const asJson = () =>
    JSON.stringify(
      counts.top(limit).map(([piece, count]) => ({ piece, count })),
      null,
      2,
    )
  process.stdout.write(`${args.json === true ? asJson() : topTable(counts, limit)}\n`)
}

export const topCommand: CommandModule<object, Arguments> = {
  command: 'top <COUNTS>',
  describe: 'Show the most frequent pieces of a count file',
  builder: (yargs) =>
    withCountsFile(yargs, 'COUNTS')
      .usage('$0 top COUNTS [-k 50] [--json]\n\nShows the most frequent pieces: the share of each in all pieces, and of all down to it.')
      .options(OPTIONS)
      .example('$0 top counts.json', 'the 50 most frequent pieces')
      .example('zstd -dc counts.tsv.zst | $0 top - --input-format tsv -k 10', 'of compressed counts'),
  handler,
}
