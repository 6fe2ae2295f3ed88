import type { Board, SlotProgress } from '../messages.ts'
import type { Progress } from '../options.ts'
import type { Monitor } from './monitor.ts'

const PROGRESS_MS = 100

export interface Watch {
  /** Looks at a round's board from now on; `counted` bytes are done before it. */
  follow(board: Board, slots: number, counted: number): void
  /** Looks a last time: what follows is the merge. */
  stop(): void
}

export interface WatchedRun {
  totalBytes: number
  /** Bytes of memory that the process should stay under. */
  cap: number
  monitor: Monitor
  seconds: () => number
  onProgress: (progress: Progress) => void
  /** Called once, with the resident set when it comes near to the cap. */
  onTight: (rss: number) => void
  /** Called with what one of the other calls threw: an error in a timer would end the process. */
  onFailure: (error: unknown) => void
}

/** So near to its cap a process is short of memory. */
const TIGHT_SHARE = 0.97

/** Reads the board ten times a second: samples of memory and CPU, progress. Tells the workers when memory is short. */
export const watchRun = ({ totalBytes, cap, monitor, seconds, onProgress, onTight, onFailure }: WatchedRun): Watch => {
  let look = (_phase: Progress['phase']): void => {}
  let isTight = false

  const report = (phase: Progress['phase'], workers: readonly SlotProgress[], counted: number): void => {
    const sum = (field: keyof SlotProgress): number => workers.reduce((total, worker) => total + worker[field], 0)
    const documents = sum('documents')
    monitor.tick(documents)
    onProgress({
      phase,
      bytes: counted + sum('bytes'),
      totalBytes,
      documents,
      pieces: sum('pieces'),
      distinct: sum('distinct'),
      rss: monitor.latest.rss,
      cpuPercent: monitor.latest.cpuPercent,
      seconds: seconds(),
      workers: workers.map(({ bytes, memory }) => ({ bytes, memory })),
    })
  }
  const lookSafely = (phase: Progress['phase']): void => {
    try {
      look(phase)
    } catch (error) {
      look = () => {}
      onFailure(error)
    }
  }
  const timer = setInterval(() => lookSafely('count'), PROGRESS_MS)
  return {
    follow(board, slots, counted) {
      look = (phase) => {
        const workers = Array.from({ length: slots }, (_, slot) => board.progressOf(slot))
        report(phase, workers, counted)
        if (monitor.latest.rss < TIGHT_SHARE * cap) return
        board.tighten() // a new round has a new board
        if (!isTight) onTight(monitor.latest.rss)
        isTight = true
      }
    },
    stop() {
      clearInterval(timer)
      lookSafely('merge')
    },
  }
}
