// Which tables there are: each makes its inputs when its turn comes, and says what its rows are.
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytesOf, makeCorpus, PRETOK } from './corpora.js'
import { CORPORA, ESCAPED_CORPUS, PEER_CORPORA, PEER_PRESET, PEERS, PRESET_CORPORA, SCALING, SLOW_SIZE } from './definitions.js'
import { escapedRows, formatRows } from './formats.js'
import { peerRows, presetRows, scalingRows, startRows, tierRows, whyMissing } from './rows.js'
import { SENTENCE_PIECE } from './sentencePiece.js'

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

/** All presets by name, and tokenizer.json files, written to the folder, of those whose table comes with the model. */
const allTokenizers = (folder) => {
  const presets = JSON.parse(execFileSync(process.execPath, [PRETOK, 'tokenizers', '--json'], { encoding: 'utf8', maxBuffer: 2 ** 26 }))
  const complete = presets.filter(({ definition }) => definition.needsFile === undefined)
  const withTable = SENTENCE_PIECE.map(({ models, normalizer, preTokenizer }, i) => {
    mkdirSync(join(folder, `sentencepiece-${i}`), { recursive: true })
    const path = join(folder, `sentencepiece-${i}`, 'tokenizer.json')
    const model = { type: 'Unigram', unk_id: null, vocab: [] }
    writeFileSync(path, JSON.stringify({ version: '1.0', added_tokens: [], normalizer, pre_tokenizer: preTokenizer, model }))
    return { name: models, tokenizer: path }
  })
  return [...complete.map(({ name }) => ({ name, tokenizer: name })), ...withTable]
}

/** A corpus, and the part of it that slow programs get: the same if it is not larger than that. */
const makeBoth = async (options, name) => {
  const corpus = await make(options, name, options.size)
  return [corpus, bytesOf(options.size) > bytesOf(SLOW_SIZE) ? await make(options, name, SLOW_SIZE) : corpus]
}

/** Every preset beside its reference tier. */
async function* presets(options) {
  for (const name of options.kinds ?? PRESET_CORPORA) {
    const [corpus, part] = await makeBoth(options, name)
    const rows = presetRows(corpus, part, allTokenizers(options.folder))
    yield { title: `${name}: every preset`, notes: [...new Set([corpus, part])].map(inputText), corpora: [corpus, part], rows }
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
    const [corpus, part] = await makeBoth(options, name)
    yield {
      title: `${name}: ${PEER_PRESET}, and what one could use instead`,
      notes: [...[...new Set([corpus, part])].map(inputText), ...missing],
      corpora: [corpus, part],
      rows: peerRows(corpus, part, gzip(corpus.path)),
    }
  }
}

/** The documents of one corpus in every format, and JSON Lines of another. */
async function* formats(options) {
  for (const [name, rowsOf] of [[PEER_CORPORA[0], formatRows], [ESCAPED_CORPUS, escapedRows]]) {
    const corpus = await make(options, name, options.size)
    yield {
      title: `formats: the documents of ${name}, MB/s of the text`,
      notes: [inputText(corpus)],
      corpora: [],
      rows: rowsOf(options.folder, corpus),
    }
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

export const TABLES = { kinds, presets, peers, formats, startup, scaling }
