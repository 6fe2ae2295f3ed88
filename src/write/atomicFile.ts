import { renameSync, type Stats } from 'node:fs'
import { open, readlink, realpath, stat, type FileHandle } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { closeRead } from '../closeRead.ts'
import { describeSystemError, notSettled, PretokError, systemErrorCode } from '../errors.ts'
import { isFolder } from '../makeFolder.ts'
import { reserveTemporaryFile } from '../temporary.ts'
import { createEarlySync } from './earlySync.ts'
import { forceToDisk } from './forceToDisk.ts'

/*
 * A result is there and whole, or not there at all: it is written under a temporary name in the same folder, forced to the disk, and then
 * renamed. Whatever fails before the rename leaves the old file as it was. Several results appear together.
 */

/** Writes all of the bytes; they may be reused when it has resolved. */
export type WriteBytes = (bytes: Uint8Array) => Promise<void>

/** A file that is whole and on the disk, but not under its name yet. */
export interface PreparedFile {
  /** Gives it its name, at once: no signal comes between the names of several. */
  rename(): void
  /** Makes that outlast a power cut. */
  settle(): Promise<void>
  /** Leaves nothing behind, unless it has its name. Never throws: the error that led here is the one to report. */
  discard(): void
}

/** Makes or replaces a file with what `produce` writes. Throws 'output' if it cannot be written; errors of `produce` pass unchanged. */
export const writeAtomically = async (path: string, produce: (write: WriteBytes) => Promise<void>): Promise<void> =>
  nameAll([await prepareFile(path, produce)])

export const writeFileAtomically = (path: string, text: string): Promise<void> => writeAtomically(path, writingOf(text))

/** The same up to where the file would be renamed. */
export const prepareText = (path: string, text: string): Promise<PreparedFile> => prepareFile(path, writingOf(text))

const writingOf = (text: string) => (write: WriteBytes) => write(Buffer.from(text))

/** Gives files their names, all or, if one cannot have its own, those before it. What has its name is settled, whatever happens to another. */
export const nameAll = async (files: readonly PreparedFile[]): Promise<void> => {
  const named: PreparedFile[] = []
  const failures: unknown[] = []
  try {
    for (const file of files) {
      file.rename()
      named.push(file)
    }
  } catch (error) {
    failures.push(error)
  }
  for (const file of files) file.discard()
  for (const file of named) await file.settle().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}

/** The same as `writeAtomically` up to where the file is renamed. */
export const prepareFile = async (path: string, produce: (write: WriteBytes) => Promise<void>): Promise<PreparedFile> => {
  const output = await openOutput(path)
  try {
    await produce(output.write)
    await output.finish()
    return output
  } catch (error) {
    await output.close()
    output.discard()
    throw error
  }
}

interface Output extends PreparedFile {
  write: WriteBytes
  finish(): Promise<void>
  /** Never throws. */
  close(): Promise<void>
}

const openOutput = async (path: string): Promise<Output> => {
  let written = 0
  let file = path
  const failed = (error: unknown): never => {
    throw outputError(path, error, written, dirname(file))
  }
  const { target, old } = await locate(path).catch(failed)
  file = target
  if (old?.isFile() === false) return openSpecial(target, failed, (count) => (written += count))
  const mode = old === undefined ? NEW_FILE_MODE : old.mode & 0o777
  const temporary = reserveTemporaryFile(target)
  const handle = await open(temporary.path, 'wx', mode).catch((error: unknown) => {
    temporary.remove()
    return failed(error)
  })
  // what a new file may not have by the process's mask, the one that it replaces may
  if (old !== undefined) await handle.chmod(mode).catch(() => {})
  const sync = createEarlySync(handle)
  const onWritten = (count: number): void => {
    written += count
    sync.wrote(count)
  }
  return {
    write: (bytes) => writeAll(handle, bytes, onWritten).catch(failed),
    finish: async () => {
      await sync.finish().catch(failed)
      await handle.close().catch(failed)
    },
    close: async () => {
      await sync.settle()
      await handle.close().catch(() => {})
    },
    rename: () => {
      try {
        renameSync(temporary.path, target)
      } catch (error) {
        failed(error)
      }
    },
    settle: () =>
      syncFolder(dirname(target)).catch((error: unknown) => {
        throw notSettled(path, error)
      }),
    discard: temporary.remove,
  }
}

/** A device or a pipe (/dev/null, a FIFO) must not be replaced by a file: it is written to as it is. */
const openSpecial = async (path: string, failed: (error: unknown) => never, onWritten: (count: number) => void): Promise<Output> => {
  const handle = await open(path, 'w').catch(failed)
  return {
    write: (bytes) => writeAll(handle, bytes, onWritten).catch(failed),
    finish: () => handle.close().catch(failed),
    close: () => handle.close().catch(() => {}),
    rename: () => {},
    settle: async () => {},
    discard: () => {},
  }
}

const NEW_FILE_MODE = 0o666

/** The file to write, behind symbolic links, and what stands there already. */
export const locate = async (path: string): Promise<{ target: string; old: Stats | undefined }> => {
  const old = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (old?.isDirectory() === true) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' })
  if (old !== undefined) return { target: old.isFile() ? await realpath(path) : path, old }
  const link = await readlink(path).catch(() => undefined)
  if (link !== undefined) return locate(resolve(await realpath(dirname(path)), link))
  if (path.endsWith('/')) throw new Error('its name ends with /, as that of a folder does')
  return { target: path, old }
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
    await forceToDisk(handle)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EIO') throw error
  } finally {
    await closeRead(handle)
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

/**
 * The error for output that a system call refused.
 *
 * @param folder in which it was to be, which is another one than that of its name where this is a link
 */
export const outputError = (name: string, error: unknown, written: number, folder = dirname(name)): PretokError => {
  const code = systemErrorCode(error) ?? ''
  const place = written > 0 ? ` (after ${written} bytes)` : ''
  const advice = code in ADVICE ? `; ${ADVICE[code]}` : ''
  if (code === 'ENOENT' && isFolder(folder)) {
    const why = written > 0 ? `what was written was removed meanwhile${place}` : `no file can be made in ${folder}`
    return new PretokError('output', `writing ${name}: ${why}`, { cause: error })
  }
  const problem = code === 'ENOENT' ? `there is no folder ${folder}` : describeSystemError(error)
  return new PretokError('output', `writing ${name}: ${problem}${place}${advice}`, { cause: error })
}
