import { closeSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'

/*
 * Ends the reading of a file. What was read is there whatever the system says of closing, and the number of the file is free again in any case
 * (close(2)), so there is nobody to tell and nothing to be tried again.
 */

export const closeRead = (file: FileHandle): Promise<void> => file.close().catch(() => {})

export const closeReadNow = (file: number): void => {
  try {
    closeSync(file)
  } catch {}
}
