import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describeSystemError, PretokError } from '../errors.ts'
import { isFolder } from '../makeFolder.ts'
import { RUN_FOLDER } from '../read/inputNames.ts'

/** Whether a path is a run folder, and not a folder of texts. Throws 'input' for a folder that cannot be looked into. */
export const isRunFolder = (path: string): boolean => isFolder(path) && RUN_FOLDER.every((name) => isThere(join(path, name)))

const isThere = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (error) {
    throw new PretokError('input', `reading ${path}: ${describeSystemError(error)}`, { cause: error })
  }
}
