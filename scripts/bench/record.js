// Writes expected.json: the SHA-256 of every corpus in the standard sizes, and its totals for every preset. Small sizes are counted by the
// reference tier, the large ones by the compiled automaton, never by the tier that is measured most. A few numbers change only when the
// generator or a preset does, which is a change worth a look. Run: npm run build && node scripts/bench/record.js [FOLDER]
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCorpus, PRETOK } from './corpora.js'
import { CORPORA, PRESETS, SCALING, STANDARD_SIZES } from './definitions.js'

const EXPECTED = join(import.meta.dirname, 'expected.json')
const REFERENCE_BYTES = 10_000_000

const count = ({ path, bytes }, preset, folder) => {
  const receipt = join(folder, 'receipt.json')
  const engine = bytes <= REFERENCE_BYTES ? 'reference' : 'automaton'
  const options = ['-s', '<|endoftext|>', '--engine', engine, '--quiet', '--receipt', receipt, '-o', join(folder, 'counts.tsv')]
  execFileSync(process.execPath, [PRETOK, 'count', path, '-t', preset, ...options])
  const { pieces, distinct } = JSON.parse(readFileSync(receipt, 'utf8'))
  return [pieces, distinct]
}

const entries = []
const folder = mkdtempSync(join(tmpdir(), 'pretok-record-'))
const record = async (name, size, presets) => {
  const corpus = await makeCorpus(folder, name, size, {})
  const totals = Object.fromEntries(presets.map((preset) => [preset, count(corpus, preset, folder)]))
  entries.push(`${JSON.stringify(`${name} ${size}`)}: ${JSON.stringify({ sha256: corpus.sha256, totals })}`)
  writeFileSync(EXPECTED, `{\n${entries.join(',\n')}\n}\n`)
  rmSync(corpus.path)
  process.stderr.write(`${name} ${size}\n`)
}
try {
  for (const size of STANDARD_SIZES) for (const name of Object.keys(CORPORA)) await record(name, size, PRESETS)
  const large = SCALING.sizes.filter((size) => !STANDARD_SIZES.includes(size))
  for (const size of large) for (const name of SCALING.corpora) await record(name, size, [SCALING.preset])
} finally {
  rmSync(folder, { recursive: true })
}
