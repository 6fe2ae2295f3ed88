/*
 * Which partition a piece belongs to: FNV-1a over its bytes, spread by a multiplication (Knuth, "The Art of Computer Programming", volume 3,
 * section 6.4). partition.ts and the kernel (kernel/sort.ts) compute it from these constants. They are part of the format of run files: no
 * seed, for the same piece must be in the same partition on every machine.
 */

export const PARTITIONS_LOG = 5
export const PARTITIONS = 32
export const HASH_START = 0x811c9dc5
export const HASH_FACTOR = 0x01000193
export const HASH_SPREAD = 0x9e3779b1
