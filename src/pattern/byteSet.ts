/**
 * A set of bytes, as the kernel looks for members of it 16 at a time (`membersOf` in kernel/idle.ts): two tables of 16 bytes, for bytes below 128 and
 * above. Byte b is in the set if bit `(b >> 4) & 7` of a table's byte `b & 15` is set.
 */
export const packByteSet = (members: Iterable<number>): Uint8Array => {
  const set = new Uint8Array(32)
  for (const byte of members) set[((byte >> 7) << 4) | (byte & 15)] |= 1 << ((byte >> 4) & 7)
  return set
}
