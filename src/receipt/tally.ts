import type { Tally } from '../types.ts'

export const emptyTally = (specialTokens: number): Tally => ({
  stored: 0,
  read: 0,
  special: 0,
  dropped: 0,
  format: 0,
  ignored: 0,
  replaced: 0,
  normalized: 0,
  skippedRecords: 0,
  skippedBytes: 0,
  filtered: 0,
  invalidSequences: 0,
  documents: 0,
  pieces: 0,
  specialTokens: Array.from({ length: specialTokens }, () => 0),
})

export const addTally = (a: Tally, b: Tally): Tally => ({
  stored: a.stored + b.stored,
  read: a.read + b.read,
  special: a.special + b.special,
  dropped: a.dropped + b.dropped,
  format: a.format + b.format,
  ignored: a.ignored + b.ignored,
  replaced: a.replaced + b.replaced,
  normalized: a.normalized + b.normalized,
  skippedRecords: a.skippedRecords + b.skippedRecords,
  skippedBytes: a.skippedBytes + b.skippedBytes,
  filtered: a.filtered + b.filtered,
  invalidSequences: a.invalidSequences + b.invalidSequences,
  documents: a.documents + b.documents,
  pieces: a.pieces + b.pieces,
  specialTokens: a.specialTokens.map((count, i) => count + b.specialTokens[i]),
})
