/** Takes the pieces of texts, in order. What it is given is valid only until the call returns. */
export interface PieceSink {
  /** bytes[start, end) is a piece. */
  piece(bytes: Uint8Array, start: number, end: number): void
  /**
   * Text from `start` on was cut: where each part of it ends, one behind the other; DROPPED_BIT (pattern/layout.ts) is set where it is in no piece.
   * There is at least one.
   */
  cuts(text: Uint8Array, start: number, ends: Uint32Array): void
}

/** Cuts the sections of texts: what stands between added tokens, or where texts begin and end. Sections come in parts, whole code points of valid UTF-8. */
export interface SectionCutter {
  push(text: Buffer): void
  /** The section ends; its last pieces are handed on. `isNextFirst`: the next one begins where a document does. */
  end(isNextFirst: boolean): void
}

/** Starts a cutter, in front of whose first section a document begins. After an error it is of no more use. */
export type StartCutter = (sink: PieceSink) => SectionCutter
