import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder, and those above it that are not there. One level after another: asked to do that by itself, Node.js 20 tries for ever where a
 * folder is there and none can be made in it, as in /proc.
 */
export const makeFolder = (path: string): void => {
  if (isFolder(path)) return
  const above = dirname(path)
  if (above !== path) makeFolder(above)
  try {
    mkdirSync(path)
  } catch (error) {
    if (isFolder(path)) return // somebody else has made it meanwhile
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? new Error(`no folder can be made in ${above}`, { cause: error }) : error
  }
}

/** Also by a link. Of what cannot be looked at whoever uses it will tell. */
export const isFolder = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  } catch {
    return false
  }
}
