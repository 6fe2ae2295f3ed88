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

/** What counting has done and taken so far. */
interface Own {
  bytes: number
  seconds: number
}

/** The first report comes so long after counting begins, or less. */
const FIRST_REPORT_SECONDS = 0.1

/** What was done of a run folder before counting began took none of its time; nor did planning, which may read all of the input. */
const createOwn = (): ((progress: Progress) => Own) => {
  let before: Own | undefined
  return ({ bytes, seconds, workers }) => {
    before ??= {
      bytes: bytes - workers.reduce((sum, worker) => sum + worker.bytes, 0),
      seconds: Math.max(0, seconds - FIRST_REPORT_SECONDS),
    }
    return { bytes: bytes - before.bytes, seconds: Math.max(seconds - before.seconds, 0.001) }
  }
}

const speed = ({ bytes, seconds }: Own): string => `${formatBytes(bytes / seconds)}/s`

const remaining = (own: Own, { phase, bytes, totalBytes }: Progress): string => {
  if (phase === 'merge') return 'merging'
  if (own.bytes === 0) return 'starting'
  const left = Math.round(((totalBytes - bytes) * own.seconds) / own.bytes)
  const [hours, minutes] = [Math.floor(left / 3600), Math.floor((left % 3600) / 60)]
  return `${left < 60 ? `${left} s` : left < 3600 ? `${minutes} min ${left % 60} s` : `${hours} h ${minutes} min`} left`
}

const percent = ({ bytes, totalBytes }: Progress): string => `${totalBytes === 0 ? 100 : Math.floor((100 * bytes) / totalBytes)} %`

const plainProgress = (): ((progress: Progress) => void) => {
  const isDue = everySeconds(10)
  const ownOf = createOwn()
  return (progress) => {
    const own = ownOf(progress)
    if (progress.seconds < 2 || progress.bytes === progress.totalBytes || !isDue(progress)) return
    const { bytes, totalBytes, distinct, rss, cpuPercent } = progress
    say(
      `counted ${formatBytes(bytes)} of ${formatBytes(totalBytes)} (${percent(progress)}), ${speed(own)}, ${remaining(own, progress)}, ` +
        `${integer(distinct)} distinct, ${formatBytes(rss)} memory, ${Math.round(cpuPercent)} % CPU`,
    )
  }
}

/** One line per worker only if there are few. */
const MAX_WORKER_LINES = 8

/** Draws without changing how the terminal behaves: one that is left by kill -9 or Ctrl-Z has its cursor, and wraps its lines. */
const barReporter = async (): Promise<Pick<Reporter, 'progress' | 'warning' | 'stop'>> => {
  const { MultiBar } = await import('cli-progress')
  const bars = new MultiBar({
    stream: process.stderr,
    linewrap: true, // lines are cut to the width instead
    forceRedraw: true, // a warning in between moves all lines
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
  const ownOf = createOwn()
  const lines: SingleBar[] = []
  return {
    progress(progress) {
      if (isStopped) return // a run that is to end goes on for a while
      const { bytes, totalBytes, documents, distinct, rss, cpuPercent } = progress
      total ??= bars.create(Math.max(1, totalBytes), 0, {}, { format: '{bar} {percentage} %  {text}' })
      const own = ownOf(progress)
      summary = `${formatBytes(bytes)} of ${formatBytes(totalBytes)}  ${speed(own)}`
      total.update(bytes, { text: `${remaining(own, progress)}  ${summary}` })
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
