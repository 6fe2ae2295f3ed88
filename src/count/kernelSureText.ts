import { mapTables, useMap } from '../normalize/characterMap.ts'
import { classTables, useClasses } from '../normalize/quickCheck.ts'
import type { SureText } from '../normalize/sureText.ts'
import type { Kernel } from '../split/kernel.ts'

/**
 * Has the kernel know what is sure to become of raw text (src/kernel/normalize.ts).
 *
 * @returns a function that has it know what composes, too: to be called when something does not pass, which is seldom
 */
export const putSureText = (kernel: Kernel, { classes, map, run, pairs, prefix, prefixUnless }: SureText): (() => void) => {
  const put = ({ buffer, byteOffset, byteLength }: NodeJS.TypedArray): number => {
    const address = kernel.allocate(byteLength)
    kernel.bytes.set(new Uint8Array(buffer, byteOffset, byteLength), address)
    return address
  }
  if (classes !== undefined) useClasses(kernel.exports, classTables(classes).map(put))
  if (map !== undefined) useMap(kernel.exports, mapTables(map).map(put), map, run)
  if (prefix.length > 0) kernel.exports.setPrefix(put(prefix), prefix.length, put(packUnless(prefixUnless)), prefixUnless.length)
  return () => {
    if (pairs !== undefined) kernel.exports.setPairs(put(pairs.pack()), pairs.of === 'clusters' ? 1 : 0)
  }
}

/** For each character its bytes as one word, and a mask for those that it has. */
const packUnless = (characters: readonly string[]): Uint32Array =>
  Uint32Array.from(
    characters.flatMap((character) => {
      const bytes = Buffer.from(character)
      const word = Buffer.concat([bytes, Buffer.alloc(4)]).readUInt32LE()
      return [word, bytes.length === 4 ? 0xffffffff : 2 ** (8 * bytes.length) - 1]
    }),
  )
