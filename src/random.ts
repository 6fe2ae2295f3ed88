/*
 * Random numbers for the names of files, and for hashes, so that nobody can prepare a corpus whose pieces all collide. V8 seeds Math.random in
 * each thread from the system's own source; node:crypto would take longer to load than a short run takes.
 */

export const randomBytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => Math.floor(Math.random() * 256))

/** Eight hexadecimal digits. */
export const randomName = (): string => Buffer.from(randomBytes(4)).toString('hex')
