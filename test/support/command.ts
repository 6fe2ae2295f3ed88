import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js')

export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs the pretok command to its end. */
export const pretok = (
  args: readonly string[],
  { input = '', cwd, env }: { input?: string | Buffer; cwd?: string; env?: Record<string, string> } = {},
): Outcome => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    input,
    cwd,
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 28,
    timeout: 150_000, // it may wait for a server of the test, which waits here
    killSignal: 'SIGKILL',
  })
  return { code: status, stdout: stdout.toString(), stderr: stderr.toString() }
}

/** Runs a line of the shell in which "$PRETOK" is the command; the code is that of the first part of a pipe. */
export const shell = (line: string, { env }: { env?: Record<string, string> } = {}): Outcome => {
  const command = line.replaceAll('"$PRETOK"', `"${process.execPath}" "${MAIN}"`)
  const { status, stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', command], { env: { ...process.env, ...env } })
  return { code: status, stdout: stdout.toString(), stderr: stderr.toString() }
}

/** Starts the pretok command; `ended` resolves when it has, `saw` when a text has come on stderr. */
export const startPretok = (args: readonly string[], { env }: { env?: Record<string, string> } = {}) => {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data) => (stdout += data))
  child.stderr.on('data', (data) => (stderr += data))
  const ended = new Promise<Outcome>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
  const saw = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (stderr.includes(text)) resolve()
      }
      child.stderr.on('data', look)
      look()
    })
  return { child, ended, saw }
}
