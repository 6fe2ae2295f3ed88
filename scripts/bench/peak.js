// Peak resident set of this process in bytes. (The system's maximum in resourceUsage counts the parent's memory at the fork, too.)
import { readFileSync } from 'node:fs'

export const peakMemory = () => 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1])
