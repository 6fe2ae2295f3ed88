// Measures pretok against its own slower tiers, against what one could use instead and against yardsticks, all in one run; prints a section for
// BENCHMARKS.md. Whole commands, page cache warm, in rounds. Stops at the first total that is not what it should be.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { totalsByKey } from './bench/corpora.js'
import { CORPORA, PRESETS, SCALING } from './bench/definitions.js'
import { describeMachine, headingOf } from './bench/machine.js'
import { COLUMNS, tableOf } from './bench/markdown.js'
import { measureRows } from './bench/measure.js'
import { TABLES } from './bench/tables.js'
import { createTotalsCheck } from './bench/totals.js'

const USAGE = `npm run -s bench -- [options] > section.md

  --size SIZE        of each corpus; bytes and totals are known for 1MB, 10MB, 100MB  [default: 100MB]
  --runs N           rounds that count, after one to warm up  [default: 5]
  --sections LIST    of ${Object.keys(TABLES).join(', ')}  [default: all but presets and scaling]
  --scaling          also the section scaling: ${SCALING.sizes.join(', ')} (takes 12 GB of disk)
  --sizes LIST       of the section scaling  [default: ${SCALING.sizes.join(',')}]
  --kinds LIST       of ${Object.keys(CORPORA).join(', ')}  [default: what suits the section]
  --presets LIST     of the section kinds: ${PRESETS.join(', ')}  [default: all]
  --full             every preset with every tier and 1 and 2 workers, and peers on every corpus
  --folder DIR       keeps the corpora there, and uses those that are there  [default: a temporary folder]
  --json FILE        writes every sample there, too
  --definition FILE  hashes and totals that must come out  [default: scripts/bench/expected.json]
  --help

Default: about 45 minutes; --full: several hours (the reference tier takes a minute and more for 100 MB in some presets).
`

const OPTIONS = {
  size: { type: 'string', default: '100MB' },
  runs: { type: 'string', default: '5' },
  sections: { type: 'string', default: 'kinds,peers,formats,startup' },
  scaling: { type: 'boolean', default: false },
  sizes: { type: 'string', default: SCALING.sizes.join() },
  kinds: { type: 'string' },
  presets: { type: 'string', default: PRESETS.join() },
  full: { type: 'boolean', default: false },
  folder: { type: 'string' },
  json: { type: 'string' },
  definition: { type: 'string', default: join(import.meta.dirname, 'bench/expected.json') },
  help: { type: 'boolean', default: false },
}

/** The names in a list, all of which must be known. */
const namesIn = (option, list, known) => {
  const names = list.split(',')
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`--${option}: no ${JSON.stringify(unknown)}; there are ${known.join(', ')}`)
  return names
}

const readOptions = () => {
  const { values } = parseArgs({ options: OPTIONS })
  const runs = Number(values.runs)
  if (!Number.isSafeInteger(runs) || runs < 1)
    throw new Error(`--runs ${JSON.stringify(values.runs)}: a whole number of at least 1 is needed`)
  return {
    ...values,
    runs,
    sections: namesIn('sections', values.scaling ? `${values.sections},scaling` : values.sections, Object.keys(TABLES)),
    kinds: values.kinds === undefined ? undefined : namesIn('kinds', values.kinds, Object.keys(CORPORA)),
    presets: namesIn('presets', values.presets, PRESETS),
    scalingSizes: values.sizes.split(','),
    definition: JSON.parse(readFileSync(values.definition, 'utf8')),
  }
}

const say = (text) => process.stderr.write(`${text}\n`)

const measureTable = ({ title, notes, corpora, rows }, section, { runs }) => {
  const measured = measureRows(rows, runs, createTotalsCheck(totalsByKey(corpora)), (text) => say(`${title}: ${text}`))
  console.log(`### ${title}\n\n${notes.map((note) => `${note}.\n\n`).join('')}${tableOf(COLUMNS[section], measured)}\n`)
  return { section, title, notes, rows: measured }
}

const howText = ({ runs }) =>
  `Whole commands from start to the written result, page cache warm; one round to warm up, then ${runs} ${runs === 1 ? 'round' : 'rounds'} over all rows of a table in turn. Seconds are the median (least–greatest), CPU seconds the median of all threads and processes, peak memory the greatest of all runs (of the largest process, where there are several). × says how many times as fast a row is as another of the same table.`

const run = async (options) => {
  const command = ['npm run bench --', ...process.argv.slice(2)].join(' ')
  const machine = describeMachine()
  console.log(`${headingOf(machine, command)}\n\n${howText(options)}\n`)
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'pretok-bench-'))
  const keeps = options.folder !== undefined
  mkdirSync(folder, { recursive: true })
  const tables = []
  try {
    for (const section of options.sections)
      for await (const table of TABLES[section]({ ...options, folder })) {
        tables.push(measureTable(table, section, options))
        if (!keeps) for (const { path } of table.corpora) rmSync(path, { force: true })
        if (options.json !== undefined) writeFileSync(options.json, JSON.stringify({ command, machine, tables }, undefined, 1))
      }
  } finally {
    if (!keeps) rmSync(folder, { recursive: true })
  }
}

// Ctrl-C ends the command that is being measured; that failure ends this program by the way on which it cleans up.
process.once('SIGINT', () => {})

try {
  const options = readOptions()
  if (options.help) process.stdout.write(USAGE)
  else await run(options)
} catch (error) {
  say(`bench: ${error.message}`)
  process.exitCode = 1
}
