// Which tables there are: each makes its inputs when its turn comes, and says what its rows are.
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytesOf, makeCorpus } from './corpora.js'
import { CORPORA, PEER_CORPORA, PEER_PRESET, PEERS, SCALING, SLOW_SIZE } from './definitions.js'
import { formatRows } from './formats.js'
import { peerRows, scalingRows, startRows, tierRows, whyMissing } from './rows.js'

const inputText = ({ name, bytes, sha256, isKnown }) =>
  `${name} (${CORPORA[name].about}): ${bytes.toLocaleString('en')} bytes, SHA-256 ${sha256.slice(0, 16)}…, ${isKnown ? 'as defined' : 'not a standard size: bytes and totals are held against nothing'}`

const make = ({ folder, definition }, name, size) => makeCorpus(folder, name, size, definition)

/** Presets × tiers × workers, a table for each corpus. */
async function* kinds(options) {
  for (const name of options.kinds ?? Object.keys(CORPORA)) {
    const corpus = await make(options, name, options.size)
    yield { title: `${name}: presets, tiers, workers`, notes: [inputText(corpus)], corpora: [corpus], rows: tierRows(corpus, options) }
  }
}

const gzip = (path) => {
  const output = openSync(`${path}.gz`, 'w')
  execFileSync('gzip', ['-c', path], { stdio: ['ignore', output, 'inherit'] })
  closeSync(output)
  return `${path}.gz`
}

/** pretok beside what one could use instead. */
async function* peers(options) {
  const missing = PEERS.flatMap((peer) => (whyMissing(peer) === undefined ? [] : [`Left out: ${peer.name}; ${whyMissing(peer)}`]))
  for (const name of options.kinds ?? (options.full ? Object.keys(CORPORA) : PEER_CORPORA)) {
    const corpus = await make(options, name, options.size)
    const isLarge = bytesOf(options.size) > bytesOf(SLOW_SIZE)
    const part = isLarge ? await make(options, name, SLOW_SIZE) : corpus
    yield {
      title: `${name}: ${PEER_PRESET}, and what one could use instead`,
      notes: [inputText(corpus), ...(isLarge ? [inputText(part)] : []), ...missing],
      corpora: [corpus, part],
      rows: peerRows(corpus, part, gzip(corpus.path)),
    }
  }
}

/** The documents of one corpus in every format. */
async function* formats(options) {
  const corpus = await make(options, PEER_CORPORA[0], options.size)
  yield {
    title: `formats: the documents of ${corpus.name}, MB/s of the text`,
    notes: [inputText(corpus)],
    corpora: [],
    rows: formatRows(options.folder, corpus),
  }
}

/** What a run takes before there is anything to count. */
async function* startup({ folder }) {
  const path = join(folder, 'hello.txt')
  const text = 'hello world\n'
  writeFileSync(path, text)
  const corpus = { name: 'hello', size: '12B', path, bytes: text.length }
  yield { title: 'starting up: a file of 12 bytes', notes: [], corpora: [], rows: startRows(corpus) }
}

/** From small to large files. */
async function* scaling(options) {
  for (const name of options.kinds ?? SCALING.corpora) {
    const corpora = []
    for (const size of options.scalingSizes) corpora.push(await make(options, name, size))
    yield {
      title: `${name}: growth with the size of the file`,
      notes: corpora.map(inputText),
      corpora,
      rows: scalingRows(corpora, SCALING.preset),
    }
  }
}

export const TABLES = { kinds, peers, formats, startup, scaling }
