import { loadPrepared, type Prepared } from '../prepared.ts'
import type { Normalizer } from '../types.ts'
import type { Pairs } from './pairs.ts'
import type { SureText } from './sureText.ts'

/** Of `SureText`, what is no table and can be written down. */
interface Header {
  prefix: string
  initial: string
  strips: SureText['strips']
  stripsEnds: boolean
  /** Of the classes, if there are any. */
  isAsciiSettled?: boolean
  /** Of the map, if there is one. */
  largest?: number
  run: string
  pairs?: Pairs['of']
}

/** What one can only do. */
type Deeds = Pick<SureText, 'pairs' | 'start'>

/** What is to be kept of it. */
export const prepareSureText = (sure: SureText): Prepared<Header> => {
  const { classes, map, run, pairs, prefix, initial, strips, stripsEnds } = sure
  const header: Header = { prefix: prefix.toString(), initial: initial.toString(), strips, stripsEnds, run, ...(pairs && { pairs: pairs.of }) }
  const tables: NodeJS.TypedArray[] = []
  if (classes !== undefined) {
    header.isAsciiSettled = classes.isAsciiSettled
    tables.push(classes.table.pages, classes.table.blocks, classes.below0x800, classes.settledByLow, classes.groupByHigh)
  }
  if (map !== undefined) {
    header.largest = map.largest
    tables.push(map.table.pages, map.table.blocks, map.ascii, map.stayingLeads, map.starts, map.templates, map.flags)
  }
  return { header, tables: tables.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)) }
}

/** The sure text that was made when pretok was built, if there is one for these normalizers. `deeds` is called when somebody wants them. */
export const readySureText = (normalizers: readonly Normalizer[], deeds: () => Deeds): SureText | undefined => {
  const prepared = loadPrepared<Header>('normalizers', normalizers)
  if (prepared === undefined) return undefined
  const { header, tables } = prepared
  let next = 0
  const bytes = (): Uint8Array => tables[next++]
  const words = (): Uint16Array => new Uint16Array(bytes().buffer)
  const { isAsciiSettled, largest, run, prefix, initial, strips, stripsEnds, pairs } = header
  const classes = isAsciiSettled === undefined ? undefined : {
    table: { pages: words(), blocks: bytes() },
    below0x800: bytes(),
    settledByLow: bytes(),
    groupByHigh: bytes(),
    isAsciiSettled,
  }
  const map = largest === undefined ? undefined : {
    table: { pages: words(), blocks: words() },
    ascii: bytes(),
    stayingLeads: bytes(),
    starts: new Uint32Array(bytes().buffer),
    templates: Buffer.from(bytes().buffer),
    flags: bytes(),
    largest,
  }
  return {
    classes,
    map,
    run,
    pairs: pairs && { of: pairs, pack: () => deeds().pairs!.pack() },
    prefix: Buffer.from(prefix),
    initial: Buffer.from(initial),
    strips,
    stripsEnds,
    start: (emit, onSolid) => deeds().start(emit, onSolid),
  }
}
