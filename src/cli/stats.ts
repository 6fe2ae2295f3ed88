import type { ArgumentsCamelCase, CommandModule, InferredOptionTypes } from 'yargs'
import { loadCounts } from '../result/loadCounts.ts'
import { countStatistics, type CountStatistics, type Part } from '../result/statistics.ts'
import { pieceToString } from '../write/pieceText.ts'
import { INPUT_FORMAT_OPTION, inputFormatOf, JSON_OPTION, readOnce, withCountsFile } from './countsOptions.ts'
import { integer, layOut, percent, plural, showPiece } from './table.ts'

const OPTIONS = { ...JSON_OPTION, ...INPUT_FORMAT_OPTION } as const

type Arguments = InferredOptionTypes<typeof OPTIONS> & { COUNTS: string }

const handler = async (args: ArgumentsCamelCase<Arguments>): Promise<void> => {
  const statistics = countStatistics(await loadCounts(readOnce('stats', [args.COUNTS]), inputFormatOf(args)))
  process.stdout.write(`${args.json === true ? asJson(statistics) : asText(statistics)}\n`)
}

const asJson = ({ longest, ...rest }: CountStatistics): string =>
  JSON.stringify({ ...rest, ...(longest && { longest: { piece: pieceToString(longest), bytes: longest.length } }) }, null, 2)

const asText = (statistics: CountStatistics): string => {
  const { distinct, total, longest } = statistics
  const sections = [overview(statistics)]
  if (statistics.coverage.length > 0) sections.push(coverage(statistics))
  if (distinct > 0) sections.push(lengths(statistics, { distinct, total }))
  if (longest !== undefined) sections.push(`longest, ${plural(longest.length, 'byte')}: ${showPiece(longest, LONGEST_WIDTH)}`)
  return sections.join('\n\n')
}

const LONGEST_WIDTH = 70
const BAR_WIDTH = 30

const overview = ({ distinct, total, bytes, singletons, nonAscii, nonUtf8 }: CountStatistics): string => {
  const all = { distinct, total }
  const table = layOut(
    [
      ['', 'pieces', '', 'distinct', ''],
      ['all', integer(total), '', integer(distinct), ''],
      ['occur once', ...cells({ distinct: singletons, total: singletons }, all)],
      ['non-ASCII', ...cells(nonAscii, all)],
      ['not UTF-8', ...cells(nonUtf8, all)],
    ],
    'lrrrr',
  )
  return `${table}\n\n${plural(bytes, 'byte')}, ${(total === 0 ? 0 : bytes / total).toFixed(2)} a piece`
}

const coverage = ({ coverage: steps, total }: CountStatistics): string =>
  layOut(
    steps.map((step) => ['the most frequent', integer(step.top), 'make up', percent(step.total, total), bar(step.total, total)]),
    'lrlrl',
  )

const lengths = ({ lengths: classes, medianLength }: CountStatistics, all: Part): string => {
  const rows = classes.map(({ min, max, ...part }) => [
    min === max ? integer(min) : `${integer(min)}–${integer(max)}`,
    ...cells(part, all),
    bar(part.total, all.total),
  ])
  const median = ['median', integer(medianLength.total), '', integer(medianLength.distinct), '', '']
  return layOut([['bytes', 'pieces', '', 'distinct', '', ''], ...rows, median], 'rrrrrl')
}

const cells = ({ distinct, total }: Part, all: Part): string[] => [
  integer(total),
  percent(total, all.total),
  integer(distinct),
  percent(distinct, all.distinct),
]

const bar = (part: number, whole: number): string => '█'.repeat(Math.round((BAR_WIDTH * part) / whole))

export const statsCommand: CommandModule<object, Arguments> = {
  command: 'stats <COUNTS>',
  describe: 'Describe a count file: totals, coverage, lengths',
  builder: (yargs) =>
    withCountsFile(yargs, 'COUNTS')
      .usage(
        '$0 stats COUNTS [--json]\n\n' +
          'Describes counts: how much of the text the most frequent pieces cover, how long pieces are,\nhow many are not ASCII.',
      )
      .options(OPTIONS)
      .example('$0 stats counts.json', 'for people')
      .example('$0 stats counts.json --json', 'for a program'),
  handler,
}
