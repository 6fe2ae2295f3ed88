import { readFileSync } from 'node:fs'
import { availableParallelism, freemem } from 'node:os'

/** What the machine has for this process, in bytes and cores. */
export interface Machine {
  cores: number
  availableMemory: number
}

const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const readNumber = (path: string): number | undefined => {
  const text = readText(path)?.trim()
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/** Folders of this process's control groups, innermost first. Version 2 has one tree; version 1 has one for memory. */
const cgroupFolders = (cgroupFile: string): { folder: string; limit: string; usage: string }[] => {
  const folders = []
  for (const line of cgroupFile.trim().split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    if (path === undefined || (controllers !== '' && !controllers.split(',').includes('memory'))) continue
    const [root, limit, usage] =
      controllers === ''
        ? ['/sys/fs/cgroup', 'memory.max', 'memory.current']
        : ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes', 'memory.usage_in_bytes']
    for (let parts = path.split('/').filter(Boolean); ; parts = parts.slice(0, -1)) {
      folders.push({ folder: [root, ...parts].join('/'), limit, usage })
      if (parts.length === 0) break
    }
  }
  return folders
}

/**
 * Memory that a group's processes take and give back when it is needed, page cache: of the group and those in it, as its usage is. Version 1 tells
 * that apart from what is of the group alone.
 */
const cacheOf = (folder: string): number => {
  const facts = readText(`${folder}/memory.stat`) ?? ''
  const [, cache] = /^total_inactive_file (\d+)$/m.exec(facts) ?? /^inactive_file (\d+)$/m.exec(facts) ?? []
  return Number(cache ?? 0)
}

/** Memory that the tightest control group leaves; Infinity without one. A limit holds also where nobody tells how much of it is used. */
const cgroupAvailable = (): number => {
  let available = Infinity
  for (const { folder, limit, usage } of cgroupFolders(readText('/proc/self/cgroup') ?? '')) {
    const most = readNumber(`${folder}/${limit}`)
    if (most === undefined) continue
    const used = readNumber(`${folder}/${usage}`)
    available = Math.min(available, used === undefined ? most : Math.max(0, most - Math.max(0, used - cacheOf(folder))))
  }
  return available
}

/** MemAvailable on Linux (free memory plus what caches give back), the free memory elsewhere. */
const systemAvailable = (): number => {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readText('/proc/meminfo') ?? '')?.[1]
  return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024
}

export const inspectMachine = (): Machine => ({
  cores: availableParallelism(),
  availableMemory: Math.min(systemAvailable(), cgroupAvailable()),
})

/** Part of the available memory that workers may fill; the rest is for the main thread and the page cache. */
const WORKERS_SHARE = 0.75

/** The budget of each worker when the user gave none, in GiB with two decimals, at least 0.05. */
export const defaultMaxMemoryGb = (machine: Machine, numProcesses: number): number =>
  Math.max(0.05, Math.floor((machine.availableMemory * WORKERS_SHARE * 100) / numProcesses / 2 ** 30) / 100)
