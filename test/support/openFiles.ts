import { readdirSync, readlinkSync } from 'node:fs'

/** Whether a process, by default this one, has a file open. */
export const isOpen = (path: string, process: number | 'self' = 'self'): boolean =>
  readdirSync(`/proc/${process}/fd`).some((file) => {
    try {
      return readlinkSync(`/proc/${process}/fd/${file}`) === path
    } catch {
      return false // it was that of the folder itself, or has been closed since
    }
  })
