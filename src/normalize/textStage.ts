/** Rewrites the text of a document as a tokenizer does before it cuts it. */
export interface TextStage {
  /** Takes text of the current document (whole code points) and hands on what is final by now. */
  push(text: Buffer): void
  /** The document ends: hands on the rest. */
  end(): void
}
