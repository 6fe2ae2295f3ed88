import { PretokError } from '../errors.ts'

/** Text that waits for more is kept up to here; nothing real comes near. */
const MAX_KEPT = 2 ** 28

/** Text that a stage keeps until more text decides what becomes of it, as copies. */
export class KeptText {
  private readonly reason: string
  private parts: Buffer[] = []
  /** In bytes. */
  length = 0

  /** @param reason why the text is kept, for the error when it is too much */
  constructor(reason: string) {
    this.reason = reason
  }

  add(text: Buffer): void {
    if (text.length === 0) return
    this.parts.push(Buffer.from(text))
    this.length += text.length
    if (this.length > MAX_KEPT)
      throw new PretokError('limit', `normalizing: ${this.length} bytes of ${this.reason}; ${MAX_KEPT} is the limit`)
  }

  /** Gives the text and forgets it. */
  take(): Buffer {
    const text = this.parts.length === 1 ? this.parts[0] : Buffer.concat(this.parts)
    this.parts = []
    this.length = 0
    return text
  }
}
