/*
 * What all formats have in common: a parser takes plain data block after block, and tells a sink what it finds, in order. Places are offsets
 * in the plain data, which is the file itself or what its compression holds.
 */

/** Takes the documents that a parser finds. Bytes are good until the call returns. */
export interface RecordSink {
  /** A document begins. Text that is not cut into records (text between special tokens) comes without this. */
  startDocument(at: number): void
  /** Text of the current document, the first byte from place `at`; it may end inside a code point. */
  text(bytes: Buffer, at: number): void
  /** Stands in the text, and no UTF-8 can hold it: the escape of a lone surrogate, written as `bytes`, at [start, end). */
  invalid(start: number, end: number, bytes: Buffer): void
  /** What follows is of the same document, but no piece reaches across: another of its fields. */
  endText(): void
  endDocument(): void
  /**
   * Memory for a block of text, so many bytes or fewer: what is read right into it, and told whole, need not be copied. It may move when it is told: then the bytes
   * are gone. A sink may not have any.
   */
  room?: ((bytes: number) => Buffer) | undefined
  /**
   * The same as startDocument, text and endDocument for each, for much less. False: it has taken none of them, and wants to be told of each
   * by itself. A sink that does not have it always wants that.
   */
  documents?: ((documents: Documents) => boolean) | undefined
  /** Bytes of plain data that are no text. */
  format(bytes: number): void
  /** A record at [start, end) that cannot be read, because of what is at `at`. Throws, or goes on without it. */
  badRecord(start: number, end: number, reason: string, at: number): void
  /** Rows [start, end) of Parquet that cannot be read. Throws, or goes on without them. */
  badRows(start: number, end: number, reason: string): void
  /** Bytes behind a bad record that are lost with it. */
  skip(bytes: number): void
}

/** Is told and does nothing. */
export const IGNORING_SINK: RecordSink = {
  startDocument: () => {},
  text: () => {},
  invalid: () => {},
  endText: () => {},
  endDocument: () => {},
  format: () => {},
  badRecord: () => {},
  badRows: () => {},
  skip: () => {},
}

/** The texts of many records, one behind the other; good until the call returns. */
export interface Documents {
  text: Buffer
  /** Where each ends in the text. None begins with a byte 10xxxxxx, inside a code point. */
  ends: Uint32Array
  /** Where the last of the records ends: a place in plain data, or the number of the row behind it. */
  end: number
}

export interface RecordParser {
  /** Gives memory for the next block, of so many bytes, from where it need not be copied; it may still come from elsewhere. */
  room?: (bytes: number) => Buffer
  push(block: Buffer): void
  /** The data ends here. */
  end(): void
}

/** What in a text file is a document: the text between special tokens, a line, or what stands between empty lines. */
export type DocumentPer = (typeof DOCUMENT_PER)[number]
export const DOCUMENT_PER = ['file', 'line', 'blank-line'] as const

/** What is done about a record that cannot be read: it fails the run, or is left out. */
export const ON_ERROR = ['fail', 'skip'] as const

/** How far the reading of a source has come since the last time. */
export interface ReadStep {
  /** Bytes as they are stored. */
  stored: number
  /** Bytes of plain data; of Parquet, of text. */
  plain: number
}
