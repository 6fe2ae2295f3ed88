import type pidusage from 'pidusage'
import { milliseconds } from '../clock.ts'

/** The process as the operating system sees it: all its threads together. */
export interface ProcessUse {
  /** Resident set, in bytes. */
  rss: number
  /** CPU use since the sample before, in percent of one core. */
  cpuPercent: number
}

/** What a run is about. */
export type Phase = 'plan' | 'count' | 'merge'

export interface Monitor {
  /** A new phase begins. At first it is 'plan'. */
  enter(phase: Phase): void
  /** Takes a sample if 1,000 documents or a second have passed since the last one. Never more often than every 100 ms: a sample costs 1 ms. */
  tick(documents: number): void
  /** Takes a last sample. */
  stop(): MonitorSummary
  readonly latest: ProcessUse
}

export interface MonitorSummary {
  peakRss: number
  /** The same for each phase that there was. */
  peakRssOf: Partial<Record<Phase, number>>
  /** CPU time over wall time, in percent of one core. */
  cpuPercent: number
}

const SAMPLE_DOCUMENTS = 1000
const SAMPLE_MS = 1000
/** pidusage is asked from then on: its first sample starts processes, which takes as long as counting some megabytes, and short runs do without. */
const SHORT_RUN_MS = 5000
const SHORTEST_MS = 100

/** CPU time over wall time since a moment, in percent of one core. */
const percentSince = (cpu: NodeJS.CpuUsage, moment: number): number => {
  const { user, system } = process.cpuUsage(cpu)
  return (user + system) / 10 / Math.max(1, milliseconds() - moment)
}

/** The resident set in bytes; what it was `before` if the system does not tell: to ask takes a file, and there may be none left. */
const residentSet = (before: number): number => {
  try {
    return process.memoryUsage.rss()
  } catch {
    return before
  }
}

export const startMonitor = (): Monitor => {
  const started = milliseconds()
  const cpuAtStart = process.cpuUsage()
  let latest: ProcessUse = { rss: residentSet(0), cpuPercent: 0 }
  let phase: Phase = 'plan'
  const peakRssOf: Partial<Record<Phase, number>> = { plan: latest.rss }
  let sampledAt = started
  let sampledDocuments = 0
  let sampling: Promise<void> | undefined
  let loaded: typeof pidusage | undefined

  const note = (rss: number): void => {
    peakRssOf[phase] = Math.max(peakRssOf[phase] ?? 0, rss)
  }

  const sample = async (): Promise<void> => {
    if (milliseconds() - started < SHORT_RUN_MS) {
      latest = { rss: residentSet(latest.rss), cpuPercent: percentSince(cpuAtStart, started) }
      return note(latest.rss)
    }
    try {
      loaded ??= (await import('pidusage')).default
      const { memory, cpu } = await loaded(process.pid)
      latest = { rss: memory, cpuPercent: cpu }
    } catch {
      // where the system's tables cannot be read (no /proc, no ps), Node's own figure still can
      latest = { rss: residentSet(latest.rss), cpuPercent: latest.cpuPercent }
    }
    note(latest.rss)
  }
  // while workers merge nobody calls `tick`
  const timer = setInterval(() => void (sampling ??= sample().finally(() => (sampling = undefined))), SAMPLE_MS).unref()

  return {
    get latest() {
      return latest
    },
    tick(documents) {
      const now = milliseconds()
      const isDue = now - sampledAt >= SAMPLE_MS || documents - sampledDocuments >= SAMPLE_DOCUMENTS
      if (sampling !== undefined || !isDue || now - sampledAt < SHORTEST_MS) return
      sampledAt = now
      sampledDocuments = documents
      sampling = sample().finally(() => (sampling = undefined))
    },
    // between phases nobody waits for pidusage, whose first sample starts a process
    enter(next) {
      note(residentSet(latest.rss))
      phase = next
    },
    stop() {
      clearInterval(timer)
      note(residentSet(latest.rss))
      loaded?.clear()
      const peakRss = Math.max(...Object.values(peakRssOf))
      return { peakRss, peakRssOf: { ...peakRssOf }, cpuPercent: percentSince(cpuAtStart, started) }
    },
  }
}
