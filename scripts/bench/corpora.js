// Makes the inputs, and holds their bytes against the hashes of the definition.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CORPORA } from './definitions.js'

const ROOT = resolve(import.meta.dirname, '../..')
export const PRETOK = join(ROOT, 'dist/cli/main.js')

const UNITS = { kB: 1e3, MB: 1e6, GB: 1e9 }

/** Bytes of a size such as 10MB. */
export const bytesOf = (size) => {
  const [, count, unit] = /^(\d+)(kB|MB|GB)$/.exec(size) ?? []
  if (unit === undefined) throw new Error(`${JSON.stringify(size)} is no size such as 500kB, 10MB or 1GB`)
  return Number(count) * UNITS[unit]
}

const sha256Of = async (path) => {
  const hash = createHash('sha256')
  for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(block)
  return hash.digest('hex')
}

/** Whole documents of a sample, again and again, up to the size at most. */
const repeatSample = (sample, path, bytes) => {
  const text = Buffer.concat([readFileSync(join(ROOT, sample)), Buffer.from('<|endoftext|>\n')])
  const times = Math.max(1, Math.floor(bytes / text.length))
  writeFileSync(path, Buffer.concat(Array.from({ length: times }, () => text)))
}

const generate = (kind, path, bytes) =>
  execFileSync(process.execPath, [PRETOK, 'generate', path, '--kind', kind, '--size', `${bytes}`, '--seed', '1', '--force', '--quiet'])

/**
 * The corpus of a name and size as a file of the folder, made if it is not there. `definition` is the content of expected.json; the
 * result's `totals` ([pre-tokens, distinct] by preset) are empty for a size that is not in it. Throws if the bytes are not as defined.
 */
export const makeCorpus = async (folder, name, size, definition) => {
  const path = join(folder, `${name}-${size}.txt`)
  if (!existsSync(path)) {
    const { sample } = CORPORA[name]
    const make = sample === undefined ? generate : repeatSample
    make(sample ?? name, path, bytesOf(size))
  }
  const sha256 = await sha256Of(path)
  const known = definition[`${name} ${size}`]
  if (known !== undefined && known.sha256 !== sha256)
    throw new Error(`${path}: SHA-256 ${sha256}, but the definition has ${known.sha256} for ${name} of ${size}`)
  return { name, size, path, bytes: statSync(path).size, sha256, isKnown: known !== undefined, totals: known?.totals ?? {} }
}

/** Totals of corpora as createTotalsCheck takes them. */
export const totalsByKey = (corpora) =>
  Object.fromEntries(
    corpora.flatMap(({ name, size, totals }) => Object.entries(totals).map(([preset, pair]) => [`${name} ${size}, ${preset}`, pair])),
  )
