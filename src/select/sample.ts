import { basename } from 'node:path'
import { STANDARD_INPUT } from '../read/inputNames.ts'
import type { Source } from '../types.ts'

/** Which documents are taken: plain data, for the workers. */
export interface Sample {
  /** Part of the documents that is taken, from 0 to 1. */
  fraction: number
  seed: number
}

const UINT32 = 2 ** 32

/** Mixes a number into a hash (the finalizer of MurmurHash3 makes every bit depend on every other). */
const mix = (hash: number, value: number): number => {
  let mixed = Math.imul(hash ^ value, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) + 0x9e3779b9
}

const hashOfText = (seed: number, text: string): number => {
  let hash = mix(0, seed)
  const high = Math.floor(seed / UINT32)
  if (high !== 0) hash = mix(hash, high)
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i))
  return hash
}

/**
 * Whether the document at a place of a source is in the sample: what is hashed is the seed, the name of the file without the folders it is in
 * (of standard input and pipes: `-`), and the place, which is the byte of the plain data at which the document begins, or of Parquet the number
 * of the row. So it depends neither on other documents, nor on how the path is written, nor on how the work is shared out.
 */
export const createSampler = (
  { fraction, seed }: Sample,
  { path, spool }: Pick<Source, 'path' | 'spool'>,
): ((place: number) => boolean) => {
  const source = hashOfText(seed, spool === undefined ? basename(path) : STANDARD_INPUT)
  return (place) => mix(mix(source, place % UINT32), Math.floor(place / UINT32)) >>> 0 < fraction * UINT32
}
