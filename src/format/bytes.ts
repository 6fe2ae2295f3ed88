/* Bytes that mean something in text, whatever the format. */

export const TAB = 0x09
export const LINE_FEED = 0x0a
export const CARRIAGE_RETURN = 0x0d
export const QUOTE = 0x22
export const COMMA = 0x2c
export const BACKSLASH = 0x5c

/** White space of JSON. */
export const isSpace = (byte: number): boolean => byte === 0x20 || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB

/** A byte-order mark in UTF-8. */
export const BOM = Buffer.from('\ufeff')
