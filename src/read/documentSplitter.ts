import { findTokens, undecidedFrom, type SpecialTokens } from '../special/specialTokens.ts'

export interface DocumentSink {
  /** Text of the current document; the view is good until the call returns. */
  text(bytes: Buffer): void
  /** A special token: the current document ends. */
  token(token: number): void
}

export interface DocumentSplitter {
  push(text: Buffer): void
  end(): void
}

const NOTHING = Buffer.alloc(0)

/** Cuts a stream of text (valid UTF-8, whole code points) at special tokens, also at those that straddle two pushes. */
export const createDocumentSplitter = (special: SpecialTokens, sink: DocumentSink): DocumentSplitter => {
  let kept = NOTHING // what could be the beginning of a token

  const emit = (text: Buffer, from: number, to: number): void => {
    if (to > from) sink.text(text.subarray(from, to))
  }

  const split = (text: Buffer, isEnd: boolean): void => {
    let at = 0
    for (const { start, end, token } of findTokens(special, text, 0)) {
      // a longer token could begin here or earlier when more text follows
      if (!isEnd && end > text.length - special.maxLength && undecidedFrom(special, text, at) <= start) break
      emit(text, at, start)
      sink.token(token)
      at = end
    }
    const decided = isEnd ? text.length : undecidedFrom(special, text, at)
    emit(text, at, decided)
    kept = Buffer.from(text.subarray(decided)) // a copy: the reader uses its buffer again
  }

  return {
    push: (text) => split(kept.length === 0 ? text : Buffer.concat([kept, text]), false),
    end: () => split(kept, true),
  }
}
