import { createComposer, slackBytes, type Composer } from '../../src/generate/compose.ts'
import { createCursor } from '../../src/generate/cursor.ts'
import { createFrame, createVoicePicker, type CorpusKind } from '../../src/generate/kinds.ts'

export interface MakeOptions {
  seed?: number
  separator?: string
  documentBytes?: number
  blockBytes?: number
}

/** Preparing voices takes a tenth of a second: the tests share them. They hold no state of a corpus. */
const pickers = new Map<string, ReturnType<typeof createVoicePicker>>()

const pickerOf = (kind: CorpusKind, seed: number) => {
  const key = `${kind} ${seed}`
  const picker = pickers.get(key) ?? createVoicePicker(kind, seed)
  pickers.set(key, picker)
  return picker
}

/** A whole corpus in memory. */
export const makeCorpus = (kind: CorpusKind, bytes: number, options: MakeOptions = {}): { corpus: Buffer; composer: Composer } => {
  const { seed = 1, separator = '<|endoftext|>', documentBytes, blockBytes = Math.min(bytes + 1, 1 << 16) } = options
  const frame = createFrame(kind, separator)
  const composer = createComposer({ bytes, seed: [kind, seed], frame, documentBytes, pickVoice: pickerOf(kind, seed) })
  const cursor = createCursor(blockBytes + slackBytes(frame))
  const blocks: Buffer[] = []
  while (!composer.done) {
    composer.fill(cursor, blockBytes)
    blocks.push(Buffer.from(cursor.bytes.subarray(0, cursor.at)))
  }
  return { corpus: Buffer.concat(blocks), composer }
}
