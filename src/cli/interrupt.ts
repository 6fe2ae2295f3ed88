import { EXIT } from './exitCodes.ts'

/** The first Ctrl-C (or SIGTERM) aborts `stopping`; the second ends the process at once. Returns what ends that. */
export const onInterrupt = (stopping: AbortController, onFirst: () => void = () => {}): (() => void) => {
  const stop = (): void => {
    if (stopping.signal.aborted) process.exit(EXIT.interrupted)
    onFirst()
    stopping.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return () => {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}
