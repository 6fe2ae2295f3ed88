import type { PretokenCounts } from '../result/pretokenCounts.ts'
import type { Receipt } from '../types.ts'
import { writeFileAtomically } from '../write/atomicFile.ts'
import { STANDARD_STREAM } from '../write/formats.ts'
import { EXIT } from './exitCodes.ts'
import type { CountsOutput } from './output.ts'
import type { Reporter } from './reporter.ts'
import { integer } from './table.ts'
import { topTable } from './topTable.ts'

const PREVIEW = 10

interface Destination {
  outputs: readonly CountsOutput[]
  receiptPath: string | undefined
  reporter: Reporter
  signal: AbortSignal
  /** Whether the user gave a pattern. */
  hasPattern: boolean
}

/** Reports on a result, and writes it and its receipt to where they are wanted. */
export const writeResult = async (counts: PretokenCounts, destination: Destination): Promise<void> => {
  const { outputs, receiptPath, reporter, signal, hasPattern } = destination
  report(counts.receipt!, reporter, hasPattern)
  const receipt = `${JSON.stringify(counts.receipt, null, 2)}\n`
  if (receiptPath !== undefined && receiptPath !== STANDARD_STREAM) await writeFileAtomically(receiptPath, receipt)
  for (const { path, format } of outputs) {
    await counts.save(path, { format, signal })
    if (path !== STANDARD_STREAM) reporter.note(`wrote ${path}: ${integer(counts.size)} distinct pre-tokens`)
  }
  if (receiptPath === STANDARD_STREAM) process.stdout.write(receipt)
  else if (outputs.length === 0) await showResult(counts, reporter, signal)
  if (counts.receipt!.skipped.length > 0 || counts.receipt!.skippedRecords.count > 0) process.exitCode = EXIT.skipped
}

/** Whoever gives a pattern should know of text that it leaves out; a tokenizer that leaves out, say, white space is meant to. */
const report = (receipt: Receipt, reporter: Reporter, hasPattern: boolean): void => {
  reporter.receipt(receipt)
  if (hasPattern && receipt.bytes.dropped > 0)
    reporter.warning(
      `${integer(receipt.bytes.dropped)} bytes are in no pre-token, because the pattern does not match them (as tiktoken has it); ` +
        '--pattern-style huggingface keeps them',
    )
}

/** Without an output, a terminal gets a look at the result, and anything else gets all of it. */
const showResult = async (counts: PretokenCounts, reporter: Reporter, signal: AbortSignal): Promise<void> => {
  if (!process.stdout.isTTY) return counts.save(STANDARD_STREAM, { signal })
  process.stdout.write(`\n${topTable(counts, PREVIEW)}\n`)
  reporter.note('\n-o counts.json (or .jsonl, .tsv, .csv, .parquet) writes all of them')
}
