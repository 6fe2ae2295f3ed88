import { openSync, readSync, type Stats } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { closeRead, closeReadNow } from '../closeRead.ts'
import { describeSystemError, PretokError } from '../errors.ts'
import { compressionOf, foreignKindOf, formatOf, HEAD_BYTES, isParquet } from '../format/detect.ts'
import { likelyEncoding } from '../format/encoding.ts'
import type { InputFormat, Source } from '../types.ts'
import { ask, factsOf } from './ask.ts'
import { sourceNameOf } from './inputNames.ts'

/** What is known of a source before it is looked at. */
export interface SourceOptions {
  /** What it holds. Default: as its name says. */
  format?: InputFormat | undefined
  /** The file that holds what came from standard input or a pipe, if that is meant. */
  spool?: string | undefined
  /** Hears of text that seems to be in another encoding. */
  onWarning?: ((message: string) => void) | undefined
}

/** Looks at a file before a run. Throws 'input' if it is missing, no regular file or not readable. */
export const inspectSource = async (path: string, { format, spool, onWarning }: SourceOptions = {}): Promise<Source> => {
  const named: NamedFile = spool === undefined ? { path } : { path: sourceNameOf(path), spool }
  const file = spool ?? path
  const reading = `reading ${named.path}`
  const facts = await statFile(named)
  if (facts.isDirectory()) throw new PretokError('input', `${reading}: it is a directory; name the files in it (${path}/*.txt)`)
  if (!facts.isFile()) throw new PretokError('input', `${reading}: it is no regular file; write its text to a file first`)
  const head = await readStart(named, Buffer.alloc(Math.min(HEAD_BYTES, facts.size)), 0)
  if (facts.size === 0 && (await readStart(named, Buffer.alloc(1), 0)).length > 0)
    throw new PretokError(
      'input',
      `${reading}: the system says that it has 0 bytes, and there are some in it; pipe it: cat ${path} | pretok count -`,
    )
  const foreign = format === undefined ? foreignKindOf(file, head) : undefined
  if (foreign !== undefined)
    throw new PretokError(
      'input',
      `${reading}: it is ${foreign}, which is not read; unpack or convert it first, or say with --format what it holds`,
    )
  const source = { ...named, size: facts.size, modified: facts.mtimeMs, compression: compressionOf(file, head) }
  const known = format ?? formatOf(file, head)
  if (known === 'parquet' && source.compression !== 'none')
    throw new PretokError(
      'input',
      `${reading}: a Parquet file cannot be read in compressed form; decompress it first (it has compression of its own)`,
    )
  if (known !== format && known !== 'parquet' && isParquet(head))
    throw new PretokError('input', `${reading}: it looks like a Parquet file, and its ending says ${known}; say with --format what it holds`)
  const encoding = known === 'parquet' || source.compression !== 'none' ? undefined : likelyEncoding(head)
  if (encoding !== undefined)
    onWarning?.(`${reading}: its zero bytes stand as in ${encoding}, and it is read as UTF-8; iconv -f ${encoding} -t UTF-8 converts it`)
  return { ...source, format: known }
}

export const inputError = (name: string, error: unknown, at?: number): PretokError =>
  new PretokError('input', `reading ${name}${at === undefined ? '' : ` at byte ${at}`}: ${describeSystemError(error)}`, { cause: error })

const statFile = async ({ path, spool }: NamedFile): Promise<Stats> => {
  try {
    return await again(() => factsOf(spool ?? path))
  } catch (error) {
    throw inputError(path, error)
  }
}

type NamedFile = Pick<Source, 'path' | 'spool'>

/** Fills a buffer from a place on, if the file is that long, as quickly as can be. */
export const readStart = async (source: NamedFile, buffer: Buffer, position: number): Promise<Buffer> =>
  ask(
    () => readNow(source, buffer, position),
    async () => using(await openHandle(source), (file) => readFully(file, source.path, buffer, position)),
  )

const readNow = ({ path, spool }: NamedFile, buffer: Buffer, position: number): Buffer => {
  let file: number
  try {
    file = againNow(() => openSync(spool ?? path, 'r'))
  } catch (error) {
    throw inputError(path, error)
  }
  try {
    return fillNow(file, path, buffer, position)
  } finally {
    closeReadNow(file)
  }
}

/** What a device refuses once it may give when it is asked again; other errors stay as they are. */
const againNow = <Result>(act: () => Result): Result => {
  try {
    return act()
  } catch (error) {
    if (!isOfDevice(error)) throw error
    return act()
  }
}

const again = <Result>(act: () => Promise<Result>): Promise<Result> =>
  act().catch((error: unknown) => {
    if (!isOfDevice(error)) throw error
    return act()
  })

const isOfDevice = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EIO'

const fillNow = (file: number, path: string, buffer: Buffer, position: number): Buffer => {
  let filled = 0
  try {
    while (filled < buffer.length) {
      const bytesRead = againNow(() => readSync(file, buffer, filled, buffer.length - filled, position + filled))
      if (bytesRead === 0) break
      filled += bytesRead
    }
  } catch (error) {
    throw inputError(path, error, position + filled)
  }
  return buffer.subarray(0, filled)
}

export const openHandle = async ({ path, spool }: NamedFile): Promise<FileHandle> => {
  try {
    return await again(() => open(spool ?? path, 'r'))
  } catch (error) {
    throw inputError(path, error)
  }
}

const using = async <Result>(file: FileHandle, body: (file: FileHandle) => Promise<Result>): Promise<Result> => {
  try {
    return await body(file)
  } finally {
    await closeRead(file)
  }
}

/** Reads bytes [position, position + length); fewer only where the file ends. */
export const readFully = async (file: FileHandle, path: string, buffer: Buffer, position: number): Promise<Buffer> => {
  let filled = 0
  while (filled < buffer.length) {
    const { bytesRead } = await again(() => file.read(buffer, filled, buffer.length - filled, position + filled)).catch((error: unknown) => {
      throw inputError(path, error, position + filled)
    })
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

/** Throws 'source-changed' if a source is not as it was when it was inspected. */
export const verifyUnchanged = async (source: Source): Promise<void> => verifySame(source, await statFile(source))

/** The same by what the system knows of it now. */
export const verifySame = (source: KnownFile, { size, mtimeMs }: Stats): void => {
  if (size !== source.size) throw changedError(source, `it has ${size} bytes now`)
  if (mtimeMs !== source.modified) throw changedError(source, 'it was written to')
}

/** What tells that a file is another one. */
type KnownFile = Pick<Source, 'path' | 'size' | 'modified'>

export const changedError = (source: KnownFile, how: string): PretokError =>
  new PretokError(
    'source-changed',
    `reading ${source.path}: the file changed during the run: it had ${source.size} bytes at the start, ${how}; run again when it is finished`,
  )

export interface OpenSource {
  /** Bytes [position, position + length), in memory of their own or in a buffer that has room for them; fewer only at the end. */
  readAt(position: number, length: number, into?: Buffer): Promise<Buffer>
  close(): Promise<void>
}

export const openForReading = async (source: Source): Promise<OpenSource> => {
  const file = await openHandle(source)
  return {
    readAt: readAtOf(file, source),
    close: () => closeRead(file),
  }
}

/** Opens a source for positioned reads; `body` gets the function that reads. */
export const withReadAt = async <Result>(source: Source, body: (readAt: OpenSource['readAt']) => Promise<Result>): Promise<Result> =>
  using(await openHandle(source), (file) => body(readAtOf(file, source)))

const readAtOf =
  (file: FileHandle, { path }: Source): OpenSource['readAt'] =>
  async (position, length, into = Buffer.allocUnsafe(length)) => {
    const buffer = into.subarray(0, length)
    return ask(
      () => fillNow(file.fd, path, buffer, position),
      () => readFully(file, path, buffer, position),
    )
  }

const SAMPLES = 16
const SAMPLE_BYTES = 2 ** 14

/** A hash over parts of a source, its first and last bytes among them: what tells that a file is another one, without reading it. */
export const sampleSource = (source: Source): Promise<string> =>
  withReadAt(source, async (readAt) => {
    const { createHash } = await import('node:crypto') // who needs no hash need not wait for it
    const hash = createHash('sha256')
    const last = Math.max(0, source.size - SAMPLE_BYTES)
    let [at, part] = [0, await readAt(0, SAMPLE_BYTES)] // a small file is read once
    for (let i = 0; i < SAMPLES; i++) {
      const next = Math.floor((last * i) / (SAMPLES - 1))
      if (next !== at) [at, part] = [next, await readAt(next, SAMPLE_BYTES)]
      hash.update(part)
    }
    return hash.digest('hex').slice(0, 16)
  })
