import { totalmem } from 'node:os'
import { describe, expect, test, vi } from 'vitest'
import { startMonitor } from '../../src/monitor/monitor.ts'
import { inspectMachine } from '../../src/plan/machine.ts'

describe('startMonitor', () => {
  test('sees the memory and the CPU of the process', async () => {
    const monitor = startMonitor()
    const held = Buffer.alloc(2 ** 28, 1)
    for (const end = performance.now() + 120; performance.now() < end;) Math.sqrt(held[0])
    const { peakRss, cpuPercent } = monitor.stop()
    expect(peakRss).toBeGreaterThan(held.length)
    expect(cpuPercent).toBeGreaterThan(0)
  })

  test('CPU is told in percent of one core', async () => {
    const using = vi.spyOn(process, 'cpuUsage').mockImplementation((since) => (since === undefined ? { user: 0, system: 0 } : { user: 90_000, system: 60_000 }))
    try {
      const started = performance.now()
      const monitor = startMonitor()
      await new Promise((resolve) => setTimeout(resolve, 100))
      const { cpuPercent } = monitor.stop() // of 150 ms of CPU in what has gone by
      const most = performance.now() - started
      expect(cpuPercent).toBeGreaterThanOrEqual(15_000 / most)
      expect(cpuPercent).toBeLessThanOrEqual(15_000 / 98)
    } finally {
      using.mockRestore()
    }
  })

  test('tells the phases apart', async () => {
    const monitor = startMonitor()
    monitor.enter('count')
    const held = Buffer.alloc(2 ** 28, 1)
    monitor.enter('merge')
    const { peakRss, peakRssOf } = monitor.stop()
    expect(Object.keys(peakRssOf)).toEqual(['plan', 'count', 'merge'])
    expect(peakRssOf.count).toBeGreaterThan(held.length)
    expect(peakRss).toBe(Math.max(...Object.values(peakRssOf)))
  })

  test('takes a sample after 1,000 documents, but not for each call', async () => {
    const monitor = startMonitor()
    await new Promise((resolve) => setTimeout(resolve, 120))
    const before = monitor.latest
    monitor.tick(999)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(monitor.latest).toBe(before)
    monitor.tick(1000)
    await expect.poll(() => monitor.latest).not.toBe(before)
    monitor.stop()
  })
})

test('inspectMachine stays within the machine', () => {
  const { cores, availableMemory } = inspectMachine()
  expect(cores).toBeGreaterThan(0)
  expect(availableMemory).toBeGreaterThan(0)
  expect(availableMemory).toBeLessThanOrEqual(totalmem())
})

test('without a file to ask the system by, the figures stay as they were', () => {
  const monitor = startMonitor()
  const { rss } = monitor.latest
  const asking = vi.spyOn(process.memoryUsage, 'rss').mockImplementation(() => {
    throw Object.assign(new Error('EMFILE: too many open files, uv_resident_set_memory'), { code: 'EMFILE' })
  })
  try {
    monitor.enter('count')
    expect(monitor.stop()).toMatchObject({ peakRss: rss })
    expect(startMonitor().stop().peakRss).toBe(0)
  } finally {
    asking.mockRestore()
  }
})
