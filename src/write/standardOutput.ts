import { outputError, type WriteBytes } from './atomicFile.ts'

const NOBODY_READS = Symbol('nobody reads standard output any more')
const READER_LEFT = new Set(['EPIPE', 'ERR_STREAM_DESTROYED'])

/** Whether that is what an error of writing means. */
const hasReaderLeft = (error: unknown): boolean => error instanceof Error && 'code' in error && READER_LEFT.has(String(error.code))

/**
 * Writes to standard output what `produce` writes, no faster than it is read at the other end. Once nobody reads any more (`| head`),
 * `produce` is left where it is, without an error: the reader has what it wanted.
 */
export const writeToStandardOutput = async (produce: (write: WriteBytes) => Promise<void>): Promise<void> => {
  let written = 0
  const write: WriteBytes = (bytes) =>
    new Promise((resolve, reject) => {
      process.stdout.write(bytes, (error?: NodeJS.ErrnoException | null) => {
        if (error) reject(hasReaderLeft(error) ? NOBODY_READS : outputError('to standard output', error, written))
        written += bytes.length
        resolve()
      })
    })
  // each write's callback has its error; but an error event that nobody listens to would end the process, and it comes after the callback
  const ignore = () => {}
  process.stdout.on('error', ignore)
  try {
    await produce(write)
    process.stdout.off('error', ignore)
  } catch (error) {
    if (error !== NOBODY_READS) throw error
  }
}
