import type { FileHandle } from 'node:fs/promises'
import { forceDataToDisk, forceToDisk } from './forceToDisk.ts'

/** So much may wait in the system's memory. */
const SYNC_BYTES = 1 << 26

export interface EarlySync {
  /** Call when so many more bytes have been handed to the system. */
  wrote(bytes: number): void
  /** Waits until the system is not at work on the file any more. Never throws. */
  settle(): Promise<void>
  /** Everything is on the disk, or it throws. */
  finish(): Promise<void>
}

/**
 * Has the system write a file to the disk while more of it is made. Left alone it would keep a gigabyte or two in memory, and begin only when it is
 * asked to in the end. Measured on `pretok generate` of 1 GB of stories, three runs each: 1.7 to 2.1 s with this, 2.4 to 5.1 s without.
 */
export const createEarlySync = (file: FileHandle): EarlySync => {
  let unsynced = 0
  let syncing: Promise<void> | undefined
  let failed: unknown
  const sync = async (): Promise<void> => {
    // Linux reports a failure to write back only once, to whoever asks first: the error must be kept for `finish`
    await forceDataToDisk(file).catch((error: unknown) => {
      failed ??= error
    })
    syncing = undefined
  }
  return {
    wrote(bytes) {
      unsynced += bytes
      if (unsynced < SYNC_BYTES || syncing !== undefined) return
      unsynced = 0
      syncing = sync()
    },
    settle: async () => syncing,
    async finish() {
      await syncing
      await forceToDisk(file)
      if (failed !== undefined) throw failed
    },
  }
}
