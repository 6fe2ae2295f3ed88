import pidusage from 'pidusage'
import { expect, test, vi } from 'vitest'
import { startMonitor } from '../../src/monitor/monitor.ts'

let now = 0
vi.mock('../../src/clock.ts', () => ({ milliseconds: () => now }))
vi.mock('pidusage', () => ({ default: Object.assign(vi.fn(), { clear: vi.fn() }) }))
const asked = vi.mocked(pidusage as unknown as (pid: number) => Promise<{ memory: number; cpu: number }>)

test('long runs ask pidusage, and do without it where it fails', async () => {
  asked.mockResolvedValueOnce({ memory: 12_345, cpu: 67 }).mockRejectedValueOnce(new Error('no /proc'))
  const monitor = startMonitor()
  now = 4000
  monitor.tick(1000)
  await expect.poll(() => monitor.latest.cpuPercent).toBeGreaterThan(0)
  expect(asked).not.toHaveBeenCalled()

  now = 6000
  monitor.tick(2000)
  await vi.waitFor(() => expect(monitor.latest).toEqual({ rss: 12_345, cpuPercent: 67 }), 30_000)
  expect(asked).toHaveBeenCalledWith(process.pid)

  now = 7000
  monitor.tick(3000)
  await vi.waitFor(() => expect(monitor.latest.rss).toBeGreaterThan(1e6), 30_000)
  expect(monitor.latest.cpuPercent).toBe(67)
  expect(monitor.stop().peakRss).toBeGreaterThan(1e6)
})
