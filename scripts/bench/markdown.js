// Tables in Markdown of measured rows.
import { spreadOf } from './measure.js'

const number = (value) => value?.toLocaleString('en')
const round = (value) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
const of = (row, key) => spreadOf(row.samples.map((sample) => sample[key]))
const seconds = (row) => of(row, 'seconds').median
const rate = (row) => row.bytes / seconds(row)

const speed = (row) => row.bytes && round(rate(row) / 1e6)

const time = (row) => {
  const { median, least, greatest } = of(row, 'seconds')
  const text = (value) => (row.bytes > 1000 ? value.toFixed(2) : value.toFixed(3))
  return `${text(median)} (${text(least)}–${text(greatest)})`
}

const countingSpeed = (row) => {
  const counting = spreadOf(row.samples.map(({ facts }) => facts.counting))
  return counting && row.bytes > 1000 ? (row.bytes / counting.median / 1e6).toFixed(0) : undefined
}

/** Bytes a second while counting, as the receipt tells them. */
const countingRate = ({ bytes, samples }) => bytes / spreadOf(samples.map(({ facts }) => facts.counting)).median

/** The same preset by the reference tier, on a smaller part of the text. */
const referenceOf = (row, rows) => rows.find(({ isBeside, engine, preset }) => isBeside && engine === 'reference' && preset === row.preset)

const peak = (row) => {
  const peaks = of(row, 'peakBytes')
  return peaks && `${Math.round(peaks.greatest / 1e6)} MB`
}

/** How many times as fast as another row of the table. */
const ratio = (find) => (row, rows) => {
  const other = rows.find((candidate) => candidate !== row && find(row, candidate))
  return other && rate(row) && (rate(row) / rate(other)).toFixed(2)
}

const isSameCount = (row, other) => row.preset !== undefined && row.preset === other.preset && row.file === other.file

const TOTALS = [
  [
    'pre-tokens',
    ({ isEncoding, samples }) => (isEncoding ? `(${number(samples[0].facts.totals[0])} tokens)` : number(samples[0].facts.totals?.[0])),
  ],
  ['distinct', ({ samples }) => number(samples[0].facts.totals?.[1])],
]

const MEASURES = [
  ['MB/s', speed],
  ['seconds', time],
  ['CPU s', (row) => of(row, 'cpu')?.median.toFixed(2)],
  ['peak memory', peak],
]

/** Tables that can be made: a column is a title and what it says of a row among its rows. */
export const COLUMNS = {
  kinds: [
    ['tier', ({ samples }) => samples[0].facts.engine],
    ...MEASURES,
    ['MB/s while counting', countingSpeed],
    ['× reference', ratio((row, other) => isSameCount(row, other) && other.engine === 'reference' && other.workers === 1)],
    [
      '× automaton',
      ratio(
        (row, other) => isSameCount(row, other) && row.engine === 'auto' && other.engine === 'automaton' && row.workers === other.workers,
      ),
    ],
    ['× wc -w', ratio((row, other) => other.isWordCount)],
    ['× 1 worker', ratio((row, other) => isSameCount(row, other) && row.engine === other.engine && row.workers > 1 && other.workers === 1)],
    ...TOTALS,
  ],
  presets: [
    ['tier', ({ samples }) => samples[0].facts.engine],
    ...MEASURES,
    ['MB/s while counting', countingSpeed],
    ['reference tier, while counting', (row, rows) => round(countingRate(referenceOf(row, rows)) / 1e6)],
    ['× reference, while counting', (row, rows) => (countingRate(row) / countingRate(referenceOf(row, rows))).toFixed(1)],
    ...TOTALS,
  ],
  peers: [
    ...MEASURES,
    [
      'pretok, 1 worker, on the same file',
      (row, rows) => {
        const ours = rows.find((other) => other.file === row.file && other.workers === 1)
        return row.workers === undefined && ours ? `${round(seconds(row) / seconds(ours))} × as fast` : undefined
      },
    ],
    ...TOTALS,
  ],
  formats: [...MEASURES, ['× text', (row, rows) => row.preset && (seconds(rows[0]) / seconds(row)).toFixed(2)], ...TOTALS],
  startup: [
    ['seconds', time],
    ['CPU s', (row) => of(row, 'cpu')?.median.toFixed(2)],
    ['peak memory', peak],
  ],
  scaling: [
    ...MEASURES,
    ['seconds a GB', (row) => ((seconds(row) / row.bytes) * 1e9).toFixed(2)],
    ['× 1 worker', ratio((row, other) => isSameCount(row, other) && row.workers > 1 && other.workers === 1)],
    ...TOTALS,
  ],
}

/** A table; columns that are empty in every row are left out, and so are rows that are there to be compared with. */
export const tableOf = (columns, rows) => {
  const shown = rows.filter(({ isBeside }) => !isBeside)
  const cells = columns.map(([title, say]) => [title, ...shown.map((row) => say(row, rows) ?? '')])
  const used = cells.filter(([, ...values]) => values.some((value) => value !== ''))
  const lines = ['what', ...shown.map(({ name }) => name)].map((name, i) => `| ${[name, ...used.map((column) => column[i])].join(' | ')} |`)
  return [lines[0], `|---|${'---:|'.repeat(used.length)}`, ...lines.slice(1)].join('\n')
}
