import type { SingleBar } from 'cli-progress'
import type { Progress } from '../options.ts'
import type { Receipt } from '../types.ts'
import { receiptTable, skippedInput } from './receiptTable.ts'
import { formatBytes } from './size.ts'
import { integer, plural } from './table.ts'
import { canDraw, fold, say } from './terminal.ts'

/** Tells people, or machines, on stderr how a run goes. */
export interface Reporter {
  progress(progress: Progress): void
  warning(message: string): void
  /** A line about something that was done. */
  note(message: string): void
  receipt(receipt: Receipt): void
  /** Clears away what is still moving. */
  stop(): void
}

/** What draws bars is loaded for a terminal only. */
export const createReporter = async (log: 'text' | 'json', quiet: boolean): Promise<Reporter> => {
  if (log === 'json') return jsonReporter(quiet)
  const lines = textReporter(quiet)
  return quiet
    ? { ...lines, progress: () => {} }
    : canDraw()
      ? { ...lines, ...(await barReporter()) }
      : { ...lines, progress: plainProgress() }
}

const textReporter = (quiet: boolean): Reporter => ({
  progress: () => {},
  warning: (message) => say(`warning: ${message}`),
  note: (message) => quiet || say(message),
  receipt(receipt) {
    const skipped = skippedInput(receipt)
    if (!quiet) say(receiptTable(receipt).split('\n').map((line) => fold(line)).join('\n'))
    else if (skipped !== undefined) say(`warning: ${skipped}`)
  },
  stop: () => {},
})

const jsonReporter = (quiet: boolean): Reporter => {
  const log = (event: string, data: object): void => say(JSON.stringify({ event, time: new Date().toISOString(), ...data }))
  const isDue = everySeconds(1)
  return {
    progress: (progress) => quiet || (isDue(progress) && log('progress', progress)),
    warning: (message) => log('warning', { message }),
    note: (message) => quiet || log('note', { message }),
    receipt(receipt) {
      const skipped = skippedInput(receipt)
      if (!quiet) log('receipt', { receipt })
      else if (skipped !== undefined) log('warning', { message: skipped })
    },
    stop: () => {},
  }
}

const everySeconds = (period: number) => {
  let next = 0
  return ({ seconds, bytes, totalBytes }: Progress): boolean => {
    if (seconds < next && bytes < totalBytes) return false
    next = seconds + period
    return true
  }
}

const speed = ({ bytes, seconds }: Progress): string => `${formatBytes(bytes / Math.max(seconds, 0.001))}/s`

const remaining = ({ phase, bytes, totalBytes, seconds }: Progress): string => {
  if (phase === 'merge') return 'merging'
  if (bytes === 0) return 'starting'
  const left = Math.round(((totalBytes - bytes) * seconds) / bytes)
  const [hours, minutes] = [Math.floor(left / 3600), Math.floor((left % 3600) / 60)]
  return `${left < 60 ? `${left} s` : left < 3600 ? `${minutes} min ${left % 60} s` : `${hours} h ${minutes} min`} left`
}

const percent = ({ bytes, totalBytes }: Progress): string => `${totalBytes === 0 ? 100 : Math.floor((100 * bytes) / totalBytes)} %`

const plainProgress = (): ((progress: Progress) => void) => {
  const isDue = everySeconds(10)
  return (progress) => {
    if (progress.seconds < 2 || progress.bytes === progress.totalBytes || !isDue(progress)) return
    const { bytes, totalBytes, distinct, rss, cpuPercent } = progress
    say(
      `counted ${formatBytes(bytes)} of ${formatBytes(totalBytes)} (${percent(progress)}), ${speed(progress)}, ${remaining(progress)}, ` +
        `${integer(distinct)} distinct, ${formatBytes(rss)} memory, ${Math.round(cpuPercent)} % CPU`,
    )
  }
}

/** One line per worker only if there are few. */
const MAX_WORKER_LINES = 8

const barReporter = async (): Promise<Pick<Reporter, 'progress' | 'warning' | 'stop'>> => {
  const { MultiBar } = await import('cli-progress')
  const bars = new MultiBar({
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: false,
    stopOnComplete: false,
    barsize: (process.stderr.columns ?? 100) < 90 ? 10 : 24,
    format: '{text}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
  })
  let total: SingleBar | undefined
  let isStopped = false
  let summary = ''
  const lines: SingleBar[] = []
  return {
    progress(progress) {
      if (isStopped) return // a run that is to end goes on for a while
      const { bytes, totalBytes, documents, distinct, rss, cpuPercent } = progress
      total ??= bars.create(Math.max(1, totalBytes), 0, {}, { format: '{bar} {percentage} %  {text}' })
      summary = `${formatBytes(bytes)} of ${formatBytes(totalBytes)}  ${speed(progress)}`
      total.update(bytes, { text: `${summary}  ${remaining(progress)}` })
      const texts = [
        `${plural(documents, 'document')}, ${plural(distinct, 'distinct pre-token')}, ${formatBytes(rss)} memory, ${Math.round(cpuPercent)} % CPU`,
        ...(progress.workers.length > 1 && progress.workers.length <= MAX_WORKER_LINES
          ? progress.workers.map(
              (worker, i) => `worker ${i + 1}: ${formatBytes(worker.bytes)} counted, ${formatBytes(worker.memory)} of tables`,
            )
          : []),
      ]
      texts.forEach((text, i) => {
        lines[i] ??= bars.create(1, 0, { text }, { format: '  {text}' })
        lines[i].update(0, { text })
      })
    },
    warning(message) {
      if (total === undefined || isStopped) say(`warning: ${message}`)
      else bars.log(`warning: ${message}\n`)
    },
    stop() {
      if (isStopped) return
      isStopped = true
      if (total === undefined) return
      // what stays on the screen is the total
      for (const line of lines.splice(0)) bars.remove(line)
      total.update({ text: summary })
      bars.stop()
    },
  }
}
