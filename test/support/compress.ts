import { spawnSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'

/** Compresses with a program of the system; throws if it is not there. */
export const compressBy = (program: string, args: readonly string[], data: string | Buffer): Buffer => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { input: data, maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr.toString()}`)
  return stdout
}

/** Whether a program of the system can be run: tests that need it are left out, with its name, where it cannot. */
export const hasProgram = (program: string): boolean => spawnSync(program, ['--version']).error === undefined

export const gzip = (data: string | Buffer): Buffer => gzipSync(data)
export const zstd = (data: string | Buffer, ...args: string[]): Buffer => compressBy('zstd', ['--quiet', '--stdout', ...args], data)
export const xz = (data: string | Buffer): Buffer => compressBy('xz', ['--compress', '--stdout', '--threads=1'], data)
export const bzip2 = (data: string | Buffer): Buffer => compressBy('bzip2', ['--compress', '--stdout'], data)
