import type { ArgumentsCamelCase, CommandModule, InferredOptionTypes } from 'yargs'
import { compareCounts, type Comparison } from '../result/compareCounts.ts'
import { loadCounts } from '../result/loadCounts.ts'
import type { PretokenCounts } from '../result/pretokenCounts.ts'
import { pieceToString } from '../write/pieceText.ts'
import { firstOf, INPUT_FORMAT_OPTION, inputFormatOf, JSON_OPTION, limitOf, limitOption, readOnce, withCountsFile } from './countsOptions.ts'
import { EXIT } from './exitCodes.ts'
import { integer, layOut, showPiece } from './table.ts'

const LIMIT = 20

const OPTIONS = { ...limitOption('How many of the differences, the largest first', LIMIT), ...JSON_OPTION, ...INPUT_FORMAT_OPTION } as const

type Arguments = InferredOptionTypes<typeof OPTIONS> & { A: string; B: string }

/** One of the two files. */
interface Side {
  path: string
  counts: PretokenCounts
}

const handler = async (args: ArgumentsCamelCase<Arguments>): Promise<void> => {
  const limit = limitOf(args, LIMIT)
  const load = async (path: string): Promise<Side> => ({ path, counts: await loadCounts(path, inputFormatOf(args)) })
  const [pathOfA, pathOfB] = readOnce('diff', [args.A, args.B])
  const a = await load(pathOfA)
  const b = await load(pathOfB)
  const comparison = compareCounts(a.counts, b.counts)
  process.stdout.write(`${args.json === true ? asJson(a, b, comparison, limit) : asText(a, b, comparison, limit)}\n`)
  if (differing(comparison) > 0) process.exitCode = EXIT.failed
}

/** Number of pieces whose counts differ. */
const differing = ({ changed, onlyInA, onlyInB }: Comparison): number => changed + onlyInA.distinct + onlyInB.distinct

const asJson = (a: Side, b: Side, comparison: Comparison, limit: number): string => {
  const { same, changed, onlyInA, onlyInB } = comparison
  const about = ({ path, counts: { size, total } }: Side) => ({ path, distinct: size, total })
  const differences = firstOf(comparison.differences(), limit).map(({ piece, a, b }) => ({ piece: pieceToString(piece), a, b }))
  const identical = differing(comparison) === 0
  return JSON.stringify({ identical, a: about(a), b: about(b), same, changed, onlyInA, onlyInB, differences }, null, 2)
}

const asText = (a: Side, b: Side, comparison: Comparison, limit: number): string => {
  const { same, changed, onlyInA, onlyInB } = comparison
  const summary = [
    ['', 'distinct', 'total', ''],
    ['A', integer(a.counts.size), integer(a.counts.total), a.path],
    ['B', integer(b.counts.size), integer(b.counts.total), b.path],
    ['same count', integer(same), '', ''],
    ['other count', integer(changed), '', ''],
    ['only in A', integer(onlyInA.distinct), integer(onlyInA.total), ''],
    ['only in B', integer(onlyInB.distinct), integer(onlyInB.total), ''],
  ]
  return layOut(summary, 'lrrl') + largestDifferences(comparison, limit)
}

const largestDifferences = (comparison: Comparison, limit: number): string => {
  const largest = firstOf(comparison.differences(), limit)
  if (largest.length === 0) return ''
  const rows = largest.map(({ piece, a, b }) => [integer(a), integer(b), signed(b - a), showPiece(piece)])
  const left = differing(comparison) - rows.length
  return `\n\n${layOut([['in A', 'in B', 'B − A', 'piece'], ...rows], 'rrrl')}${left > 0 ? `\n… and ${integer(left)} more (-k)` : ''}`
}

const signed = (difference: number): string => (difference > 0 ? `+${integer(difference)}` : `−${integer(-difference)}`)

export const diffCommand: CommandModule<object, Arguments> = {
  command: 'diff <A> <B>',
  describe: 'Compare two count files',
  builder: (yargs) =>
    withCountsFile(withCountsFile(yargs, 'A'), 'B', 'The file to compare it with')
      .usage(
        '$0 diff A B [-k 20] [--json]\n\nCompares two files of counts, whatever their formats.\n' +
          'Exit code 0 if they hold the same counts, 1 if they differ.',
      )
      .options(OPTIONS)
      .example('$0 diff old.json new.tsv', 'what differs, and the 20 largest differences')
      .example('$0 diff old.json new.json --json -k 1000', 'for a program'),
  handler,
}
