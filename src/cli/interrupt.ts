import { EXIT } from './exitCodes.ts'

/** Ctrl-C, what others send to end a process, and a terminal that is gone (which Node.js dies of even under nohup). */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The first of these signals aborts `stopping`; the second ends the process at once. Returns what ends that. */
export const onInterrupt = (stopping: AbortController, onFirst: () => void = () => {}): (() => void) => {
  const stop = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGHUP') process.once('exit', dieOfHangup)
    if (stopping.signal.aborted) process.exit(EXIT.interrupted)
    onFirst()
    stopping.abort()
  }
  for (const signal of SIGNALS) process.on(signal, stop)
  return () => {
    for (const signal of SIGNALS) process.off(signal, stop)
  }
}

/** In the end, as one does who has caught that signal. (Node.js aborts where it exits and cannot restore its terminal.) */
const dieOfHangup = (): void => {
  process.removeAllListeners('SIGHUP')
  process.kill(process.pid, 'SIGHUP')
}
