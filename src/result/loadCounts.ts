import { PieceTable } from '../count/pieceTable.ts'
import { PretokError } from '../errors.ts'
import type { CountsFormat } from '../write/formats.ts'
import { pieceToString } from '../write/pieceText.ts'
import { readCounts, type TakeEntry } from '../write/readCounts.ts'
import { PretokenCounts } from './pretokenCounts.ts'

/**
 * Reads a file of counts, or adds up several. The format of each is told by its ending unless it is given. Throws 'format' for a damaged
 * file or a piece that is twice in one file, and 'limit' when the counts are more than 2^53 together.
 */
export const loadCounts = async (paths: string | readonly string[], options: { format?: CountsFormat } = {}): Promise<PretokenCounts> => {
  const files = typeof paths === 'string' ? [paths] : paths
  if (files.length === 0) throw new PretokError('usage', 'nothing to load: no file was given')
  const table = new PieceTable()
  // one after the other: parsing takes the processor, not the disk
  for (const file of files) await readCounts(file, options.format, addTo(table))
  return new PretokenCounts(table)
}

/** Takes the entries of one file. */
const addTo = (table: PieceTable): TakeEntry => {
  const known = table.size
  const seen = new EntrySet(known)
  return (bytes, start, end, count) => {
    const size = table.size
    table.add(bytes, start, end, count)
    if (table.size > size) return
    // it was there before: from this file, or from an earlier one and now for the first time in this file
    const entry = table.find(bytes, start, end)
    if (entry >= known || seen.has(entry)) return `the piece ${JSON.stringify(pieceToString(bytes, start, end))} is there twice`
    seen.add(entry)
  }
}

/** A set of entry numbers, as bits. */
class EntrySet {
  private readonly bits: Uint32Array

  constructor(size: number) {
    this.bits = new Uint32Array((size >>> 5) + 1)
  }

  has(entry: number): boolean {
    return ((this.bits[entry >>> 5] >>> (entry & 31)) & 1) === 1
  }

  add(entry: number): void {
    this.bits[entry >>> 5] |= 1 << (entry & 31)
  }
}
