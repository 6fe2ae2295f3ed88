import { PretokError } from '../errors.ts'
import type { PretokenCounts } from '../result/pretokenCounts.ts'
import type { Receipt } from '../types.ts'
import { nameAll, prepareText, type PreparedFile } from '../write/atomicFile.ts'
import { STANDARD_STREAM } from '../write/formats.ts'
import { stoppedWriting } from '../write/writeCounts.ts'
import { EXIT } from './exitCodes.ts'
import { onInterrupt } from './interrupt.ts'
import { single } from './options.ts'
import type { CountsOutput } from './output.ts'
import { createReporter, type Reporter } from './reporter.ts'
import { plural } from './table.ts'
import { topTable } from './topTable.ts'

const PREVIEW = 10

interface Destination {
  outputs: readonly CountsOutput[]
  receiptPath: string | undefined
  /** Whether the user gave a pattern. */
  hasPattern: boolean
}

/** What a command that counts is told of messages. */
interface MessageArguments {
  log?: 'text' | 'json' | undefined
  quiet?: boolean | undefined
}

/**
 * Has a result made, reports on it and writes it. Ctrl-C stops all of that.
 *
 * @param make gives nothing if there is no result yet
 */
export const produceResult = async (
  args: MessageArguments,
  destination: Destination,
  make: (reporter: Reporter, signal: AbortSignal) => Promise<PretokenCounts | undefined>,
): Promise<void> => {
  const reporter = await createReporter(single('log', args.log) ?? 'text', args.quiet === true)
  const stopping = new AbortController()
  const release = onInterrupt(stopping, () => {
    reporter.stop()
    reporter.note('stopping (again to stop at once)')
  })
  let counts: PretokenCounts | undefined
  try {
    counts = await make(reporter, stopping.signal)
    reporter.stop()
    if (counts !== undefined) await writeResult(counts, destination, reporter, stopping.signal)
  } finally {
    counts?.close()
    reporter.stop()
    release()
  }
}

/** Reports on a result, and writes it and its receipt to where they are wanted. */
const writeResult = async (counts: PretokenCounts, destination: Destination, reporter: Reporter, signal: AbortSignal): Promise<void> => {
  const { outputs, receiptPath, hasPattern } = destination
  report(counts.receipt!, reporter, hasPattern)
  // without an output, a terminal gets a look at the result, and anything else gets all of it
  const hasSilentOutput = outputs.length === 0 && receiptPath !== STANDARD_STREAM && !process.stdout.isTTY
  const receipt = `${JSON.stringify(counts.receipt, null, 2)}\n`
  const receiptFile = receiptPath === undefined || receiptPath === STANDARD_STREAM ? [] : [() => prepareText(receiptPath, receipt)]
  await writeOutputs(counts, { outputs: hasSilentOutput ? [{ path: STANDARD_STREAM, format: 'json' }] : outputs, signal, others: receiptFile })
  for (const path of pathsOf(outputs)) reporter.note(`wrote ${path}: ${plural(counts.size, 'distinct pre-token')}`)
  if (receiptPath === STANDARD_STREAM) process.stdout.write(receipt)
  else if (outputs.length === 0 && !hasSilentOutput) showResult(counts, reporter)
  if (counts.receipt!.skipped.length > 0 || counts.receipt!.skippedRecords.count > 0) process.exitCode = EXIT.skipped
}

/** Those that are files. */
export const pathsOf = (outputs: readonly CountsOutput[]): string[] =>
  outputs.map(({ path }) => path).filter((path) => path !== STANDARD_STREAM)

interface Writing {
  outputs: readonly CountsOutput[]
  signal: AbortSignal
  /** What is to appear with them. */
  others?: readonly (() => Promise<PreparedFile>)[]
}

/** Writes counts to all outputs. The files appear together, none of them if that is stopped; those that are whole if another cannot be written. */
export const writeOutputs = async (counts: PretokenCounts, { outputs, signal, others = [] }: Writing): Promise<void> => {
  // standard output last: whatever becomes of that, the files are whole then
  const ordered = outputs.toSorted((a, b) => Number(a.path === STANDARD_STREAM) - Number(b.path === STANDARD_STREAM))
  const files: PreparedFile[] = []
  const failures: unknown[] = []
  for (const prepare of [...others, ...ordered.map(({ path, format }) => () => counts.prepare(path, { format, signal }))]) {
    if (signal.aborted) break
    await prepare().then(
      (file) => files.push(file),
      (error: unknown) => failures.push(error),
    )
  }
  if (signal.aborted) {
    for (const file of files) file.discard()
    throw failures.at(-1) ?? stoppedWriting(ordered.at(-1)?.path ?? 'the receipt')
  }
  await nameAll(files).catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw oneOf(failures)
}

/** The first, which tells of the others, too. */
const oneOf = (errors: readonly unknown[]): unknown => {
  const [first] = errors
  if (!(first instanceof PretokError)) return first
  const messages = new Set(errors.flatMap((error) => (error instanceof PretokError ? [error.message] : [])))
  return messages.size === 1 ? first : new PretokError(first.code, [...messages].join('; '), { cause: first })
}

/** Whoever gives a pattern should know of text that it leaves out; a tokenizer that leaves out, say, white space is meant to. */
const report = (receipt: Receipt, reporter: Reporter, hasPattern: boolean): void => {
  reporter.receipt(receipt)
  if (hasPattern && receipt.bytes.dropped > 0)
    reporter.warning(
      `${plural(receipt.bytes.dropped, 'byte')} ${receipt.bytes.dropped === 1 ? 'is' : 'are'} in no pre-token, because the pattern does not match them (as tiktoken has it); ` +
        '--pattern-style huggingface keeps them',
    )
}

const showResult = (counts: PretokenCounts, reporter: Reporter): void => {
  process.stdout.write(`\n${topTable(counts, PREVIEW)}\n`)
  reporter.note('\n-o counts.json (or .jsonl, .tsv, .csv, .parquet) writes all of them')
}
