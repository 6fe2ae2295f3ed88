import { mapTables, useMap } from '../normalize/characterMap.ts'
import { classTables, useClasses } from '../normalize/quickCheck.ts'
import type { SureText } from '../normalize/sureText.ts'
import type { Kernel } from '../split/kernel.ts'

/**
 * Has the kernel know what is sure to become of raw text (src/kernel/raw.ts).
 *
 * @returns a function that has it know what composes, too: to be called when something does not pass, which is seldom
 */
export const putSureText = (kernel: Kernel, { classes, map, run, pairs, prefix, initial, strips, stripsEnds }: SureText): (() => void) => {
  const put = ({ buffer, byteOffset, byteLength }: NodeJS.TypedArray): number => {
    const address = kernel.allocate(byteLength)
    kernel.bytes.set(new Uint8Array(buffer, byteOffset, byteLength), address)
    return address
  }
  if (classes !== undefined) useClasses(kernel.exports, classTables(classes).map(put))
  if (map !== undefined) useMap(kernel.exports, mapTables(map).map(put), map, run)
  if (prefix.length > 0) kernel.exports.setPrefix(put(prefix), prefix.length)
  if (initial.length > 0) kernel.exports.setInitial(put(initial), initial.length)
  kernel.exports.setStripping(strips.left ? 1 : 0, strips.right ? 1 : 0)
  kernel.exports.setStrippingOfEnds(stripsEnds ? 1 : 0)
  return () => {
    if (pairs !== undefined) kernel.exports.setPairs(put(pairs.pack()), pairs.of === 'clusters' ? 1 : 0)
  }
}
