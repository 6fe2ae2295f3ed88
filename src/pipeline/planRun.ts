import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { chooseTokens } from '../added/addedTokens.ts'
import { DEFAULT_LIMITS } from '../count/counter.ts'
import { PretokError } from '../errors.ts'
import { textFieldsOf } from '../format/textFields.ts'
import type { WorkerOptions } from '../messages.ts'
import {
  checkLists,
  DEFAULT_MAX_RECORD_BYTES,
  delimiterByteOf,
  pieceFilterOf,
  sampleOf,
  type PretokenizeOptions,
} from '../options.ts'
import { orderChunks, planChunks } from '../plan/planChunks.ts'
import { planTasks, taskSize } from '../plan/planTasks.ts'
import { inParallel } from '../read/inFlight.ts'
import { sourceNameOf } from '../read/inputNames.ts'
import { expandInputs, isPipe, spoolPipe } from '../read/inputs.ts'
import { isJsonLines, openSource } from '../read/openSource.ts'
import { createRunFolder, openRunFolder } from '../run/runFolder.ts'
import { chooseChunks } from '../select/chooseChunks.ts'
import { chooseTokenizer } from './chooseTokenizer.ts'
import type { TemporaryFolder } from '../temporary.ts'
import type { InputFormat, Source, Task } from '../types.ts'
import { cutSources } from './cutSources.ts'
import { define, resumed } from './runFolderPlan.ts'
import { complete, planMeans, planStaff, specialOnes, totalSize, type RunPlan, type Staff } from './runPlan.ts'

/**
 * Sources, options and chunks of a run; the chunks begin and end where a cut changes nothing. With a work-dir, it has a run folder then.
 *
 * @param onStaff is told early what there will be, at most
 * @param spools gets what holds standard input and pipes, which whoever calls is to remove
 */
export const planRun = async (
  files: string | readonly string[],
  specialTokens: readonly string[],
  options: PretokenizeOptions,
  onStaff: (staff: Staff) => Promise<void> = async () => {},
  spools: TemporaryFolder[] = [],
): Promise<RunPlan> => {
  const paths = checkLists(files, specialTokens)
  const existing = options.workDir === undefined ? undefined : openRunFolder(options.workDir)
  if (existing !== undefined && options.resume !== true)
    throw new PretokError(
      'usage',
      `work-dir ${options.workDir}: there is a run in it; --resume goes on with it, another folder begins a new one`,
    )
  const means = planMeans(options)
  const sources = await openSources(paths, options, spools)
  warnOfIdleOptions(sources, options)
  const { numProcesses, maxMemoryGb } = means
  const { chunkBytes, chunks: planned } = planChunks(sources, { numProcesses, maxMemoryGb, chunkBytes: options.chunkBytes })
  await onStaff(planStaff(options, sources, means, planned))
  const { pipeline, engine } = await chooseTokenizer(options)
  const addedTokens = chooseTokens(pipeline.addedTokens, specialTokens)
  const { format } = options
  const subject = { pipeline, engine, addedTokens, sources, format, reading: readingOf(options), pieces: pieceFilterOf(options) }
  if (existing !== undefined) return resumed(existing, subject, means, options)
  const { reading } = subject
  // in a run folder chunks are what is not done twice; otherwise one source of many is a chunk, and so is all that one worker has to do
  const wantsChunks = options.workDir !== undefined || options.chunkBytes !== undefined
  const isWorthReading = ({ size }: Source): boolean => wantsChunks || (numProcesses > 1 && 2 * numProcesses * size > totalSize(sources))
  const cut = await cutSources(subject, planned, isWorthReading, options.signal)
  const chosen = await chooseChunks(cut, sources, reading, specialOnes(addedTokens), options.signal)
  const chunks = orderChunks(chosen.chunks, chunkBytes)
  const { filters } = chosen
  const singly = chunks.map((_, chunk): Task => ({ start: chunk, end: chunk + 1 }))
  if (options.workDir === undefined)
    return complete({ ...subject, chunks, filters, chunkBytes, tasks: singly, run: undefined }, means, options)
  const taskBytes = taskSize(chunks, numProcesses)
  const taskPlan = { chunkBytes, taskBytes, chunks, tasks: planTasks(chunks, taskBytes) }
  const run = await createRunFolder(options.workDir, await define(subject), taskPlan, filters)
  return complete({ ...subject, ...taskPlan, filters, run }, means, options)
}

const readingOf = (options: PretokenizeOptions): WorkerOptions => ({
  errors: options.errors ?? 'replace',
  onError: options.onError ?? 'fail',
  documentPer: options.documentPer ?? 'file',
  textFields: textFieldsOf(options),
  maxRecordBytes: options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES,
  delimiter: delimiterByteOf(options),
  stripBom: options.stripBom ?? false,
  sample: sampleOf(options),
  maxBytes: options.maxBytes,
  maxDocuments: options.maxDocuments,
  blockBytes: options.blockBytes ?? DEFAULT_LIMITS.blockBytes,
  maxPieceBytes: DEFAULT_LIMITS.maxPieceBytes,
})

/** Options that concern none of the files (perhaps these are not what their endings say), or that others leave nothing to say. */
const warnOfIdleOptions = (sources: readonly Source[], options: PretokenizeOptions): void => {
  const { textField, delimiter, documentPer, maxRecordBytes, onWarning } = options
  const isOneOf = (...formats: InputFormat[]): boolean => sources.some(({ format }) => formats.includes(format))
  const warn = (option: string, what: string): void =>
    onWarning?.(`${option} changes nothing: no input is ${what}, as far as the endings tell; --format says what they hold`)
  if (textField !== undefined && !isOneOf('jsonl', 'json', 'csv', 'tsv', 'parquet')) warn('--text-field', 'JSON, CSV or Parquet')
  if (delimiter !== undefined && !isOneOf('csv', 'tsv')) warn('--delimiter', 'CSV or TSV')
  if (documentPer !== undefined && !isOneOf('text')) warn('--document-per', 'text')
  if (maxRecordBytes !== undefined && !isOneOf('jsonl', 'json', 'csv', 'tsv')) warn('--max-record-bytes', 'JSON or CSV')
  if (options.seed !== undefined && options.sample === undefined)
    onWarning?.('--seed changes nothing: without --sample, all documents are taken')
  if (options.tempDir !== undefined && options.workDir !== undefined)
    onWarning?.('--temp-dir changes nothing: what does not fit into memory is kept in the run folder')
}

/** The files behind the names that were given, looked at. */
const openSources = async (
  names: readonly string[],
  { format, onWarning, workDir, tempDir = tmpdir(), signal }: PretokenizeOptions,
  spools: TemporaryFolder[],
): Promise<Source[]> => {
  const found = await expandInputs(names, (message) => onWarning?.(message))
  return inParallel(found, async (path) => {
    // a run folder may be gone on with from anywhere
    if (!(await isPipe(path))) return openSource(workDir === undefined ? path : resolve(path), { format, onWarning })
    const name = sourceNameOf(path)
    if (workDir !== undefined)
      throw new PretokError('usage', `run folder ${workDir}: what comes from ${name} cannot be read again; write it to a file first`)
    const spool = await spoolPipe(path, tempDir, signal)
    spools.push(spool.folder)
    const source = await openSource(path, { format, spool: spool.path, onWarning })
    if (format === undefined && source.format === 'text' && (await isJsonLines(source)))
      onWarning?.(`${name} looks like JSON Lines, and is counted as text; --format jsonl reads rows`)
    return source
  })
}
