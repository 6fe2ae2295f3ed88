import { fdatasync, fsync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'

/*
 * By the number of a file: the handles that Yarn's Plug'n'Play puts in place of Node's have neither `sync` nor `datasync`. Node does not wait with
 * the closing of a file for these: whoever closes it must.
 */

const syncNumber = promisify(fsync)
const syncDataOfNumber = promisify(fdatasync)

/** All of a file or folder is on the disk. */
export const forceToDisk = ({ fd }: FileHandle): Promise<void> => syncNumber(fd)

/** What is in a file is. */
export const forceDataToDisk = ({ fd }: FileHandle): Promise<void> => syncDataOfNumber(fd)
