// Measures pretok against what one could use instead, all in one run, whole commands, page cache warm; prints a table in Markdown.
// Run: npm run bench [-- --size 20MB --runs 3]
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { benchFormats } from './bench/formats.js'

const HERE = dirname(fileURLToPath(import.meta.url))
const PRETOK = join(HERE, '../dist/cli/main.js')
const option = (name, standard) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : standard)
const SIZE = option('--size', '100MB')
const RUNS = Number(option('--runs', '3'))
const KINDS = option('--kinds', 'stories,mixed,code,multilingual').split(',')
const PRESETS = ['gpt2', 'cl100k_base', 'o200k_base', 'llama3', 'qwen2', 'starcoder', 'deepseek_v3']
/** The presets that are counted by every tier. */
const TIERED = PRESETS.slice(0, 3)
// the slow ones get the beginning of the corpus only
const SLOW_BYTES = 10_000_000

const folder = mkdtempSync(join(tmpdir(), 'pretok-bench-'))
const node = (...args) => [process.execPath, ...args]

const run = ([command, ...args]) => {
  const started = performance.now()
  const { status, stdout, stderr } = spawnSync(command, args, { maxBuffer: 2 ** 30, env: { ...process.env, LC_ALL: 'C' } })
  const seconds = (performance.now() - started) / 1000
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${status}\n${stderr}`)
  return { seconds, stdout: stdout.toString(), stderr: stderr.toString() }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** One warm-up, then RUNS counted runs; `read` gives distinct, total and rss of a run, which must not differ between runs. */
const measure = (command, read) => {
  const facts = read(run(command))
  const counting = []
  const seconds = Array.from({ length: RUNS }, () => {
    const outcome = run(command)
    const { distinct, total, counting: part } = read(outcome)
    counting.push(part)
    if (distinct !== facts.distinct || total !== facts.total) throw new Error(`${command.join(' ')}: the totals differ between runs`)
    return outcome.seconds
  })
  return { ...facts, seconds: median(seconds), best: Math.min(...seconds), counting: counting[0] && median(counting) }
}

const fromReceipt = ({ stderr }) => {
  const { receipt } = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .find(({ event }) => event === 'receipt')
  return { distinct: receipt.distinct, total: receipt.pieces, rss: receipt.memory.peakRss, counting: receipt.seconds.count }
}
const fromJson = ({ stdout }) => JSON.parse(stdout)
const nothing = () => ({})
/** The module that has \\p{…}: Debian's python3-regex, or pip's. */
const hasPythonRegex = spawnSync('python3', ['-c', 'import regex']).status === 0

const pretok = (file, preset, ...more) =>
  node(PRETOK, 'count', file, '-t', preset, '-s', '<|endoftext|>', '-o', join(folder, 'counts.tsv'), '--log', 'json', ...more)
const number = (value) => (value === undefined ? '' : value.toLocaleString('en'))

try {
  console.log(
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`,
  )
  console.log(`npm run bench -- --size ${SIZE} --runs ${RUNS}: whole commands, one warm-up, median of ${RUNS} (best in brackets)\n`)
  for (const kind of KINDS) {
    const file = join(folder, `${kind}.txt`)
    run(node(PRETOK, 'generate', file, '--kind', kind, '--size', SIZE, '--seed', '1', '-q'))
    let bytes = statSync(file).size
    console.log(
      `### ${kind}: ${number(bytes)} bytes, SHA-256 ${createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16)}\n`,
    )
    console.log(
      '| what | MB/s | seconds | MB/s while counting | peak memory | pre-tokens | distinct |\n|---|---:|---:|---:|---:|---:|---:|',
    )
    const row = (name, { seconds, best, counting, rss, total, distinct }) =>
      console.log(
        `| ${name} | ${(bytes / seconds / 1e6).toFixed(1)} | ${seconds.toFixed(2)} (${best.toFixed(2)}) | ${counting === undefined ? '' : (bytes / counting / 1e6).toFixed(0)} | ${rss === undefined ? '' : `${Math.round(rss / 1e6)} MB`} | ${number(total)} | ${number(distinct)} |`,
      )
    const fast = new Map()
    for (const preset of PRESETS) {
      fast.set(preset, measure(pretok(file, preset, '-n', '1'), fromReceipt))
      row(`pretok ${preset}, 1 worker`, fast.get(preset))
    }
    row('pretok gpt2, 2 workers', measure(pretok(file, 'gpt2', '-n', '2'), fromReceipt))
    const uncut = measure(pretok(file, 'gpt2', '-n', '2', '--no-default-special-tokens', '-s', '<none>'), fromReceipt)
    row('pretok gpt2, 2 workers, no special tokens', uncut)
    for (const preset of TIERED)
      for (const tier of ['automaton', 'reference']) {
        const slow = measure(pretok(file, preset, '-n', '1', '--engine', tier), fromReceipt)
        const best = fast.get(preset)
        if (slow.total !== best.total || slow.distinct !== best.distinct) throw new Error(`${preset}: the tiers differ`)
        const ratio = (key) => (slow[key] / best[key]).toFixed(1)
        row(`pretok ${preset}, 1 worker, ${tier} tier (1/${ratio('seconds')}, counting 1/${ratio('counting')})`, slow)
      }
    const text = readFileSync(file)
    const part = join(folder, 'part.txt')
    const cut = text.indexOf('<|endoftext|>', Math.min(SLOW_BYTES, text.length - 20))
    writeFileSync(part, cut === -1 ? text : text.subarray(0, cut))
    const expected = measure(pretok(part, 'gpt2', '-n', '1'), fromReceipt)
    bytes = statSync(part).size
    for (const [name, script] of [
      ['RegExp and Map', 'regexp-and-map'],
      ['npm tokenizers (Rust)', 'tokenizers-rust'],
      ['@xenova/transformers', 'transformers-js'],
      ['@huggingface/tokenizers', 'huggingface-js'],
      ['Python: regex and multiprocessing, 2 processes', 'classroom'],
    ]) {
      const command =
        script === 'classroom' ? ['python3', join(HERE, 'bench/classroom.py'), part] : node(join(HERE, `bench/${script}.js`), part)
      if (script === 'classroom' && !hasPythonRegex) continue
      const other = measure(command, fromJson)
      const isSame = other.total === expected.total && other.distinct === expected.distinct
      row(`${name}, gpt2, first 10 MB${isSame ? '' : ' (**other totals**)'}`, other)
    }
    bytes = statSync(file).size
    row('wc -w', measure(['wc', '-w', file], nothing))
    row('cat', measure(['cat', file], nothing))
    console.log()
    if (kind !== KINDS[0]) continue
    console.log(`### formats: the documents of ${kind}, gpt2, 1 worker; MB/s of the text file\n`)
    console.log('| what | MB/s | seconds | peak memory | pre-tokens | distinct |\n|---|---:|---:|---:|---:|---:|')
    const count = (name, input) => {
      const facts = measure(pretok(input, 'gpt2', '-n', '1'), fromReceipt)
      row(name, facts)
      return facts
    }
    benchFormats(folder, file, count, (input) =>
      row('node:zlib alone, the same file', measure(node(join(HERE, 'bench/gunzip.js'), input), nothing)),
    )
    console.log()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
