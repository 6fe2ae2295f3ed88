import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { PretokError } from '../errors.ts'
import { phasesOf } from '../split/phases.ts'
import type { Stage } from '../types.ts'
import type { Tier, TierChoice } from './engine.ts'

/*
 * The engines of the presets are made when pretok is built (scripts/compile-presets.js), since to compile a pattern, and to load what
 * compiles, takes longer than to count the first megabytes. Each is a file of dist/engines/, named by a hash of the stages that it is for:
 * compressed, a line of JSON and the tables one behind the other.
 */

interface Header {
  name: Tier['name']
  /** What it was made of: other stages may have the same hash. */
  of: unknown
  /** Why it is the reference tier. */
  reason?: string
  tableBytes: number[]
}

/** The engine that `chooseEngine` gives; what compiles is loaded only if it is not there ready-made. Throws what `chooseEngine` throws. */
export const loadEngine = async (stages: readonly Stage[], choice: TierChoice = 'auto'): Promise<Tier> => {
  const ready = choice === 'auto' ? readyEngine(stages) : undefined
  if (ready !== undefined) return ready
  const { chooseEngine } = await import('./chooseEngine.ts')
  return chooseEngine(stages, choice)
}

/** The engine that was made when pretok was built, if there is one for these stages. */
export const readyEngine = (stages: readonly Stage[]): Tier | undefined => {
  const file = fileURLToPath(new URL(engineFile(stages), FOLDER))
  try {
    return unpackEngine(readFileSync(file), stages)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if ('code' in error && error.code === 'ENOENT') return undefined
    throw new PretokError('installation', `loading ${file}: ${error.message}; to mend it, install pretok again`, { cause: error })
  }
}

/** In dist/, beside the bundle that this is part of. */
const FOLDER = new URL(import.meta.url.endsWith('.ts') ? '../../dist/engines/' : './engines/', import.meta.url)

/** The name of the file for an engine: FNV-1a, twice. (node:crypto takes longer to load than a short run takes.) */
export const engineFile = (stages: readonly Stage[]): string => {
  let [a, b] = [0x811c9dc5, 0x9747b28c]
  for (const byte of Buffer.from(JSON.stringify(stages))) {
    a = Math.imul(a ^ byte, 0x01000193)
    b = Math.imul(b ^ byte, 0x01000193) ^ (b >>> 15)
  }
  const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0')
  return `${hex(a)}${hex(b)}.gz`
}

export const packEngine = (engine: Tier): Buffer => {
  const tables = engine.name === 'reference' ? [] : engine.tables
  const header: Header = { name: engine.name, of: madeOf(engine), tableBytes: tables.map(({ length }) => length) }
  if (engine.name === 'reference') header.reason = engine.reason
  return gzipSync(Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...tables]), { level: 9 })
}

const madeOf = (engine: Tier): unknown => (engine.name === 'reference' ? engine.stages : engine.phases)

const unpackEngine = (packed: Buffer, stages: readonly Stage[]): Tier | undefined => {
  const bytes = gunzipSync(packed)
  let at = bytes.indexOf('\n') + 1
  const { name, of, reason = '', tableBytes } = JSON.parse(bytes.toString('utf8', 0, at)) as Header
  const tables = tableBytes.map((length) => Uint8Array.from(bytes.subarray(at, (at += length))))
  const engine: Tier = name === 'reference' ? { name, stages, reason } : { name, phases: phasesOf(stages), tables }
  return JSON.stringify(madeOf(engine)) === JSON.stringify(of) ? engine : undefined
}
