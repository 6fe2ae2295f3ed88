import { spawnSync } from 'node:child_process'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'

/** Compresses with a program of the system; throws if it is not there. */
export const compressBy = (program: string, args: readonly string[], data: string | Buffer): Buffer => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { input: data, maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr.toString()}`)
  return stdout
}

/** Whether a program of the system can be run: tests that need it are left out, with its name, where it cannot. */
export const hasProgram = (program: string): boolean => spawnSync(program, ['--version']).error === undefined

export const gzip = (data: string | Buffer): Buffer => gzipSync(data)
/** As bgzip does it: members of at most `size` bytes of text, each with its length in an extra field, and an empty one at the end. */
export const bgzip = (data: string | Buffer, size = 65_280): Buffer => {
  const bytes = Buffer.from(data)
  const member = (part: Buffer): Buffer => {
    const deflated = deflateRawSync(part)
    const head = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2, 0, 0, 0])
    head.writeUInt16LE(head.length + deflated.length + 8 - 1, 16)
    const tail = Buffer.alloc(8)
    tail.writeUInt32LE(crc32(part), 0)
    tail.writeUInt32LE(part.length, 4)
    return Buffer.concat([head, deflated, tail])
  }
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) parts.push(member(bytes.subarray(at, at + size)))
  return Buffer.concat([...parts, member(Buffer.alloc(0))])
}

export const zstd = (data: string | Buffer, ...args: string[]): Buffer => compressBy('zstd', ['--quiet', '--stdout', ...args], data)
export const xz = (data: string | Buffer): Buffer => compressBy('xz', ['--compress', '--stdout', '--threads=1'], data)
export const bzip2 = (data: string | Buffer): Buffer => compressBy('bzip2', ['--compress', '--stdout'], data)
