import { expect, test, vi } from 'vitest'
import { inspectMachine } from '../../src/plan/machine.ts'

/* The files of a machine: what is not in here is not there. */
let files: Record<string, string> = {}
vi.mock('node:fs', () => ({
  readFileSync: (path: string): string => {
    if (path in files) return files[path]
    throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' })
  },
}))

const availableWith = (group: Record<string, string>): number => {
  files = { '/proc/meminfo': 'MemAvailable: 1000000 kB\n', ...group }
  return inspectMachine().availableMemory
}

test('a control group of version 1 gives back the page cache of all that is in it', () => {
  const folder = '/sys/fs/cgroup/memory'
  const group = {
    '/proc/self/cgroup': '5:cpu:/job\n4:memory:/job\n',
    [`${folder}/job/memory.limit_in_bytes`]: '1000000\n',
    [`${folder}/job/memory.usage_in_bytes`]: '900000\n',
    [`${folder}/job/memory.stat`]: 'cache 9\ninactive_file 100\ntotal_cache 9\ntotal_inactive_file 300000\n',
    [`${folder}/memory.limit_in_bytes`]: '9223372036854771712\n',
    [`${folder}/memory.usage_in_bytes`]: '5000000\n',
  }
  expect(availableWith(group)).toBe(400_000)
})

test('one of version 2 its own, which is of all that is in it', () => {
  const group = {
    '/proc/self/cgroup': '0::/job\n',
    '/sys/fs/cgroup/job/memory.max': '1000000\n',
    '/sys/fs/cgroup/job/memory.current': '900000\n',
    '/sys/fs/cgroup/job/memory.stat': 'inactive_file 200000\nactive_file 7\n',
    '/sys/fs/cgroup/memory.max': 'max\n',
  }
  expect(availableWith(group)).toBe(300_000)
})

test('the tightest of the groups around each other counts', () => {
  const group = {
    '/proc/self/cgroup': '0::/outer/job\n',
    '/sys/fs/cgroup/outer/job/memory.max': '1000000\n',
    '/sys/fs/cgroup/outer/job/memory.current': '200000\n',
    '/sys/fs/cgroup/outer/memory.max': '900000\n',
    '/sys/fs/cgroup/outer/memory.current': '600000\n',
  }
  expect(availableWith(group)).toBe(300_000)
})

test('a limit holds where nobody tells what is used of it', () => {
  expect(availableWith({ '/proc/self/cgroup': '0::/job\n', '/sys/fs/cgroup/job/memory.max': '1000000\n' })).toBe(1_000_000)
  expect(availableWith({})).toBe(1_024_000_000)
})
