import { open, readlink, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { describeSystemError, PretokError } from '../errors.ts'
import { temporaryFileFor } from '../temporary.ts'

/*
 * A result is there and whole, or not there at all: it is written under a temporary name in the same folder, forced to the disk, and then
 * renamed. Whatever fails before the rename leaves the old file as it was.
 */

/** Writes all of the bytes; they may be reused when it has resolved. */
export type WriteBytes = (bytes: Uint8Array) => Promise<void>

/** Makes or replaces a file with what `produce` writes. Throws 'output' if it cannot be written; errors of `produce` pass unchanged. */
export const writeAtomically = async (path: string, produce: (write: WriteBytes) => Promise<void>): Promise<void> => {
  const output = await openOutput(path)
  try {
    await produce(output.write)
    await output.commit()
  } catch (error) {
    await output.discard()
    throw error
  }
}

export const writeFileAtomically = (path: string, text: string): Promise<void> => writeAtomically(path, (write) => write(Buffer.from(text)))

interface Output {
  write: WriteBytes
  commit(): Promise<void>
  discard(): Promise<void>
}

const openOutput = async (path: string): Promise<Output> => {
  let written = 0
  const failed = (error: unknown): never => {
    throw outputError(path, error, written)
  }
  const { target, mode, isSpecial } = await locate(path).catch(failed)
  // a device or a pipe (/dev/null, a FIFO) must not be replaced by a file: it is written to as it is
  const file = isSpecial ? target : temporaryFileFor(target)
  const handle = await open(file, isSpecial ? 'w' : 'wx', mode).catch(failed)
  const write: WriteBytes = (bytes) => writeAll(handle, bytes, (count) => (written += count)).catch(failed)
  const commit = async () => {
    if (!isSpecial) await handle.sync()
    await handle.close()
    if (isSpecial) return
    await rename(file, target)
    await syncFolder(dirname(target))
  }
  const discard = async () => {
    // the error that led here is the one to report, not that the clean-up fails as well
    await handle.close().catch(() => {})
    if (!isSpecial) await rm(file, { force: true }).catch(() => {})
  }
  return { write, commit: () => commit().catch(failed), discard }
}

const NEW_FILE_MODE = 0o666

/** The file to write: behind symbolic links, with the permissions it has. */
const locate = async (path: string): Promise<{ target: string; mode: number; isSpecial: boolean }> => {
  const old = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (old === undefined) {
    const link = await readlink(path).catch(() => undefined)
    return link === undefined ? { target: path, mode: NEW_FILE_MODE, isSpecial: false } : locate(resolve(dirname(path), link))
  }
  if (old.isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' })
  const isSpecial = !old.isFile()
  return { target: isSpecial ? path : await realpath(path), mode: old.mode & 0o777, isSpecial }
}

const writeAll = async (handle: FileHandle, bytes: Uint8Array, onWritten: (count: number) => void): Promise<void> => {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at)
    onWritten(bytesWritten)
    at += bytesWritten
  }
}

/** Makes a rename outlast a power cut. Some file systems and platforms cannot sync a folder; then there is nothing more to do. */
const syncFolder = async (path: string): Promise<void> => {
  const handle = await open(path).catch(() => undefined)
  if (handle === undefined) return
  try {
    await handle.sync()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EIO') throw error
  } finally {
    await handle.close()
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'make room, or write to another disk',
  EDQUOT: 'make room, or write to another disk',
  EFBIG: 'raise the limit on file sizes (ulimit -f), or write to another file system',
  ENOENT: 'make the folder first',
  EACCES: 'write to a folder that is yours',
  EROFS: 'write to another file system',
}

/** The error for output that a system call refused. */
export const outputError = (name: string, error: unknown, written: number): PretokError => {
  const { code = '' } = error as NodeJS.ErrnoException
  const problem = code === 'ENOENT' ? `there is no folder ${dirname(name)}` : describeSystemError(error)
  const place = written > 0 ? ` (after ${written} bytes)` : ''
  const advice = code in ADVICE ? `; ${ADVICE[code]}` : ''
  return new PretokError('output', `writing ${name}: ${problem}${place}${advice}`, { cause: error })
}
