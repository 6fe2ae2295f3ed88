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
  /** Bytes of memory that a worker should stay under. */
  budget: number
  monitor: Monitor
  seconds: () => number
  onProgress: (progress: Progress) => void
  /** Called once, with the memory of a worker that is above the budget. */
  onOverBudget: (memory: number) => void
  /** Called with what one of the other calls threw: an error in a timer would end the process. */
  onFailure: (error: unknown) => void
}

/** Reads the board ten times a second: samples of memory and CPU, progress, and the budget. */
export const watchRun = ({ totalBytes, budget, monitor, seconds, onProgress, onOverBudget, onFailure }: WatchedRun): Watch => {
  let look = (_phase: Progress['phase']): void => {}
  let isOver = false

  const report = (phase: Progress['phase'], workers: readonly SlotProgress[], counted: number): void => {
    const sum = (field: keyof SlotProgress): number => workers.reduce((total, worker) => total + worker[field], 0)
    const documents = sum('documents')
    monitor.tick(documents)
    const largest = Math.max(0, ...workers.map(({ memory }) => memory))
    if (largest > budget && !isOver) {
      isOver = true
      onOverBudget(largest)
    }
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
      look = (phase) =>
        report(
          phase,
          Array.from({ length: slots }, (_, slot) => board.progressOf(slot)),
          counted,
        )
    },
    stop() {
      clearInterval(timer)
      lookSafely('merge')
    },
  }
}
