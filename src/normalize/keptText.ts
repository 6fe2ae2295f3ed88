import { PretokError } from '../errors.ts'

/** In bytes; nothing real comes near. */
const MAX_KEPT = 2 ** 28

/** Text that a stage keeps until more text decides what becomes of it, as copies. */
export class KeptText {
  private readonly reason: string
  private readonly limit: number
  private parts: Buffer[] = []
  /** In bytes. */
  length = 0

  /** @param reason why the text is kept, for the error when it is more than `limit` bytes */
  constructor(reason: string, limit = MAX_KEPT) {
    this.reason = reason
    this.limit = limit
  }

  add(text: Buffer): void {
    if (text.length === 0) return
    this.parts.push(Buffer.from(text))
    this.length += text.length
    if (this.length > this.limit)
      throw new PretokError('limit', `normalizing: ${this.length} bytes of ${this.reason}; ${this.limit} is the limit`)
  }

  /** Gives the text and forgets it. */
  take(): Buffer {
    const text = this.parts.length === 1 ? this.parts[0] : Buffer.concat(this.parts)
    this.parts = []
    this.length = 0
    return text
  }
}
