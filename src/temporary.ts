import { lstatSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { checkPath } from './checks.ts'
import { describeSystemError, PretokError } from './errors.ts'
import { makeFolder } from './makeFolder.ts'
import { randomName } from './random.ts'

/*
 * What is needed during a run only: folders, and files that are renamed when they are whole. The name says which process of which host it
 * belongs to, so that what a process that was killed has left behind is recognised, and removed by the next run that uses the same place.
 */

const FOLDER_START = 'pretok-'
const FILE_END = '.tmp'
/** A name may have 255 bytes and no more. */
const MOST_OF_NAME = 40
/** A name that ends so would have another character there when it is read from its folder. */
const HALF_A_CHARACTER = /[\ud800-\udbff]$/

export interface TemporaryFolder {
  /** It is made when it is needed. */
  path: string
  /** Removes it with all that is in it. */
  remove(): void
}

export interface TemporaryFile {
  /** It is not there yet. */
  path: string
  /** Removes it, if it has not been renamed meanwhile. */
  remove(): void
}

/**
 * A name for a folder in `base`, which is removed at the latest when the process ends, and with it what had to be made of `base`, if nothing else is
 * there. Removes what dead processes have left in `base`.
 */
export const reserveTemporaryFolder = (base: string): TemporaryFolder => {
  removeAbandoned(base, FOLDER_START, '')
  const missing = missingFolders(base)
  if (missing.length > 0) missingBefore.set(base, missing)
  return reserve(join(base, `${FOLDER_START}${owner()}`), () => removeMade(base))
}

/**
 * The name under which a file is written until it is whole: in the same folder, hidden, and not to be mistaken for a result. What is there at the end
 * of the process is removed. Removes what dead processes have left there of the same file.
 */
export const reserveTemporaryFile = (path: string): TemporaryFile => {
  const folder = dirname(path)
  const name = basename(path).slice(0, MOST_OF_NAME).replace(HALF_A_CHARACTER, '')
  const start = `.${name}.pretok-`
  removeAbandoned(folder, start, FILE_END)
  return reserve(join(folder, `${start}${owner()}${FILE_END}`))
}

/**
 * A folder may be needed hours after a run began: whether one can be made in `base` is tried before. (What the system says of permissions
 * is not always true.) Throws 'usage' for what is no path, and 'output'.
 */
export const checkTemporaryBase = (name: string, base: unknown): void => {
  checkPath(name, base)
  const { path, remove } = reserveTemporaryFolder(base as string)
  try {
    makeFolder(path)
  } catch (error) {
    throw new PretokError('output', `${name}: ${JSON.stringify(base)} cannot hold temporary files: ${describeSystemError(error)}`, { cause: error })
  } finally {
    remove()
  }
}

/** What is to be removed when the process ends. One listener for all: Node.js warns of more than ten. */
const reserved = new Set<() => void>()
const removeReserved = (): void => {
  for (const remove of reserved) remove()
}

const reserve = (path: string, afterwards: () => void = () => {}): TemporaryFolder => {
  const remove = (): void => {
    if (!reserved.delete(remove)) return
    if (reserved.size === 0) process.off('exit', removeReserved)
    removeQuietly(path)
    afterwards()
  }
  if (reserved.size === 0) process.prependListener('exit', removeReserved) // before one that may end the process by a signal
  reserved.add(remove)
  return { path, remove }
}

/** Of each base that was not there when a folder in it was first reserved, the folders to be made for it. */
const missingBefore = new Map<string, string[]>()

/** Unless another folder is in it still. */
const removeMade = (base: string): void => {
  for (const folder of missingBefore.get(base) ?? []) removeIfEmpty(folder)
  if (isMissing(base)) missingBefore.delete(base)
}

/** The folders of a path that are not there, the innermost first. */
const missingFolders = (path: string): string[] => {
  const above = dirname(path)
  return above === path || !isMissing(path) ? [] : [path, ...missingFolders(above)]
}

/** What only cannot be looked at may be there: it is not for us to remove. */
const isMissing = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined
  } catch {
    return false
  }
}

const removeIfEmpty = (path: string): void => {
  try {
    rmdirSync(path)
  } catch {
    // somebody else has something there
  }
}

/** What a name says of the process. */
const owner = (): string => `${thisHost()}-${process.pid}-${randomName()}`

/** Where numbers of processes mean something: the host, or, in a container that may share its name, the host and a number. */
export const thisHost = (): string => {
  try {
    const [, namespace] = /(\d+)/.exec(readlinkSync('/proc/self/ns/pid')) ?? []
    return namespace === undefined || namespace === FIRST_NAMESPACE ? hostname() : `${hostname()}.${namespace}`
  } catch {
    return hostname() // no Linux
  }
}

/** That of a Linux system itself (PROC_PID_INIT_INO). */
const FIRST_NAMESPACE = '4026531836'

/** What cannot be removed is no reason to fail: the work is done, or another error is on its way. It stays alone: what is beside it goes. */
const removeQuietly = (path: string): void => {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    // it is somebody else's, or its disk is gone; of a folder, the first that cannot be removed ends the call
    if (!isFolder(path)) return
    for (const name of namesIn(path)) removeQuietly(join(path, name))
    removeIfEmpty(path)
  }
}

/** Itself, not by a link. */
const isFolder = (path: string): boolean => {
  try {
    return lstatSync(path).isDirectory()
  } catch {
    return false
  }
}

/** Removes what stands in a folder under such names of dead processes. Whether those of other hosts are dead nobody knows. */
const removeAbandoned = (folder: string, start: string, end: string): void => {
  const before = `${start}${thisHost()}-`
  for (const name of namesIn(folder)) {
    if (!name.startsWith(before) || !name.endsWith(end)) continue
    const [, pid] = /^(\d+)-[0-9a-f]{8}$/.exec(name.slice(before.length, name.length - end.length)) ?? []
    if (pid !== undefined && !isAlive(Number(pid))) removeQuietly(join(folder, name))
  }
}

/** What is in a folder; nothing if it cannot be read. */
export const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return [] // it is not there, or whoever needs it will say what is wrong
  }
}

/** Whether a process of this host runs. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' // it is somebody else's
  }
}

/** Whether a process has ended and nobody has asked how yet; the first process of many containers never does. */
const isZombie = (pid: number): boolean => {
  try {
    return / [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false // no Linux
  }
}
