// The rows of the tables: commands, what they read, and how their totals are told.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { PRETOK } from './corpora.js'
import { ENGINES, PEER_PRESET, PEERS, PRESETS, TIERED } from './definitions.js'

const PEERS_FOLDER = join(import.meta.dirname, 'peers')

const fromReceipt = ({ stderr }) => {
  const { receipt } = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .find(({ event }) => event === 'receipt')
  return { totals: [receipt.pieces, receipt.distinct], engine: receipt.engine, counting: receipt.seconds.count }
}

const workersText = (workers) => (workers === 1 ? '1 worker' : `${workers} workers`)

/** A whole command: a file is read, counted, and the counts are written. */
export const pretokRow = (corpus, preset, { engine = 'auto', workers = 1, suffix = '', tokenizer = preset } = {}) => ({
  name: `pretok ${preset}, ${engine === 'auto' ? '' : `${engine} tier, `}${workersText(workers)}${suffix}`,
  file: corpus.path,
  bytes: corpus.bytes,
  preset,
  engine,
  workers,
  totalsKey: `${corpus.name} ${corpus.size}, ${preset}`,
  read: fromReceipt,
  // prettier-ignore
  command: [
    process.execPath, PRETOK, 'count', corpus.path, '-t', tokenizer, '-s', '<|endoftext|>', '-n', `${workers}`,
    '--engine', engine, '--log', 'json', '-o', `${corpus.path}.counts.tsv`,
  ],
})

/** What no program that looks at every byte gets below. */
export const yardstick = (name, corpus, command = [...name.split(' '), corpus.path]) => ({
  name: `${name}${name.startsWith('wc') ? ' (LC_ALL=C)' : ''}`,
  file: corpus.path,
  bytes: corpus.bytes,
  isWordCount: name === 'wc -w',
  discard: true,
  command,
})

/** Every preset by the fastest tier; the chosen ones by all tiers and by two workers. */
export const tierRows = (corpus, { presets, full }) => {
  const all = PRESETS.filter((preset) => presets.includes(preset))
  const tiered = full ? all : all.filter((preset) => TIERED.includes(preset))
  return [
    ...all.map((preset) => pretokRow(corpus, preset)),
    ...tiered.map((preset) => pretokRow(corpus, preset, { workers: 2 })),
    ...ENGINES.slice(1).flatMap((engine) => tiered.map((preset) => pretokRow(corpus, preset, { engine }))),
    ...(full ? ENGINES.slice(1).flatMap((engine) => all.map((preset) => pretokRow(corpus, preset, { engine, workers: 2 }))) : []),
    yardstick('wc -w', corpus),
    yardstick('cat', corpus),
  ]
}

/**
 * Every tokenizer ({ name, tokenizer }: what -t takes) by the fastest tier, and beside it, not in the table, the same and the reference
 * tier on `part`, whose totals must be alike.
 */
export const presetRows = (corpus, part, tokenizers) =>
  tokenizers.flatMap(({ name, tokenizer }) => {
    const beside = (engine) => ({ ...pretokRow(part, name, { tokenizer, engine, suffix: `, ${part.size} only` }), isBeside: true })
    return [{ ...pretokRow(corpus, name, { tokenizer }), name }, beside('auto'), beside('reference')]
  })

/** Why a peer cannot be measured here; undefined if it can. */
export const whyMissing = ({ program }) =>
  program.endsWith('.py') && spawnSync('python3', ['-c', 'import regex']).status !== 0
    ? 'python3 has no module regex: apt-get install python3-regex'
    : undefined

const fromJson = ({ stdout }) => {
  const { total, distinct, tokens } = JSON.parse(stdout.trim())
  return { totals: tokens === undefined ? [total, distinct] : [tokens] }
}

const peerRow = ({ name, program, totals }, corpus, suffix) => ({
  name: name + suffix,
  file: corpus.path,
  bytes: corpus.bytes,
  totalsKey: totals === 'none' ? undefined : `${corpus.name} ${corpus.size}, ${totals === 'tokens' ? 'tokens' : PEER_PRESET}`,
  isEncoding: totals === 'tokens',
  read: totals === 'none' ? undefined : fromJson,
  command: [program.endsWith('.py') ? 'python3' : process.execPath, join(PEERS_FOLDER, program), corpus.path],
})

/** pretok and what one would pick instead; the slow ones on `part`, beside pretok on the same. `gzip` is the corpus compressed. */
export const peerRows = (corpus, part, gzip) => {
  const suffix = part === corpus ? '' : `, ${part.size} only`
  const peers = PEERS.filter((peer) => whyMissing(peer) === undefined)
  const ours = (input, text) => [1, 2].map((workers) => pretokRow(input, PEER_PRESET, { workers, suffix: text }))
  return [
    ...ours(corpus, ''),
    ...peers.filter(({ isSlow }) => !isSlow).map((peer) => peerRow(peer, corpus, '')),
    ...(part === corpus ? [] : ours(part, suffix)),
    ...peers.filter(({ isSlow }) => isSlow).map((peer) => peerRow(peer, part, suffix)),
    yardstick('wc -w', corpus),
    yardstick('cat', corpus),
    yardstick('gzip -dc', corpus, ['gzip', '-dc', gzip]),
  ]
}

/** Starting up: nothing of a corpus in it. */
export const startRows = (corpus) => [
  { name: 'node -e 0', command: [process.execPath, '-e', '0'] },
  { name: 'pretok --version', command: [process.execPath, PRETOK, '--version'] },
  ...['gpt2', 'o200k_base', 'bert-base-uncased'].flatMap((preset) => [1, 2].map((workers) => pretokRow(corpus, preset, { workers }))),
]

/** With what is done kept as it goes on, in a run folder that is not there yet. */
const keptRow = (corpus, preset, options) => {
  const row = pretokRow(corpus, preset, options)
  const folder = `${corpus.path}.run`
  return { ...row, command: ['sh', '-c', 'rm -rf "$0" && exec "$@"', folder, ...row.command, '--work-dir', folder] }
}

export const scalingRows = (corpora, preset) =>
  corpora.flatMap((corpus) => [
    ...[1, 2].map((workers) => pretokRow(corpus, preset, { workers, suffix: `, ${corpus.size}` })),
    keptRow(corpus, preset, { workers: 2, suffix: `, ${corpus.size}, with --work-dir` }),
  ])
