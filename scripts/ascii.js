/** A template literal whose text is taken as it is written: an escape in it would be no escape. */
const RAW = /\braw`[^`]*[^\0-\x7f]/

/**
 * Escapes all characters of code that are not ASCII, so that src/loadCode.ts can take each byte for a character, and V8 keeps one for each: with a
 * single other one it keeps two, reads more slowly, and both need memory, whose first use costs more than anything that is done with it.
 */
const toAscii = (code, name) => {
  if (RAW.test(code)) throw new Error(`${name}: a raw template with characters that are not ASCII, which cannot be escaped in it`)
  return code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

export const asciiOnly = {
  name: 'ascii-only',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk') chunk.code = toAscii(chunk.code, chunk.fileName)
  },
}
