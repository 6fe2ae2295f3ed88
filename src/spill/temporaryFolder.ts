import { readdirSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { randomName } from '../random.ts'

/*
 * Folders for what is needed during a run only. A folder's name says which process on which host it belongs to, so that what a process that
 * was killed has left behind is recognised, and removed by the next run that uses the same place.
 */

const PREFIX = 'pretok'

export interface TemporaryFolder {
  /** It is made when it is needed. */
  path: string
  /** Removes it with all that is in it. */
  remove(): void
}

/** A name for a folder in `base`, which is removed at the latest when the process ends. Removes what dead processes have left there. */
export const reserveTemporaryFolder = (base: string): TemporaryFolder => {
  abandonedFolders(base).forEach(removeQuietly)
  const path = join(base, `${PREFIX}-${hostname()}-${process.pid}-${randomName()}`)
  const remove = (): void => {
    process.off('exit', remove)
    removeQuietly(path)
  }
  process.on('exit', remove)
  return { path, remove }
}

/** What cannot be removed is no reason to fail: the work is done, or another error is on its way. */
const removeQuietly = (path: string): void => {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    // it is somebody else's, or its disk is gone
  }
}

const abandonedFolders = (base: string): string[] => {
  let names: string[]
  try {
    names = readdirSync(base)
  } catch {
    return [] // whoever writes there will say what is wrong
  }
  return names.filter((name) => isAbandoned(name)).map((name) => join(base, name))
}

const isAbandoned = (name: string): boolean => {
  const start = `${PREFIX}-${hostname()}-`
  if (!name.startsWith(start)) return false
  const [, pid] = /^(\d+)-[0-9a-f]{8}$/.exec(name.slice(start.length)) ?? []
  return pid !== undefined && !isAlive(Number(pid))
}

/** Whether a process of this host runs. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' // it is somebody else's
  }
}
