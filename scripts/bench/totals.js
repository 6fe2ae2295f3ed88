// Holds what was counted against what must come out: the definition's totals, and those of all other rows on the same text.

const textOf = (totals) => totals.map((value) => value.toLocaleString('en')).join(' / ')

/**
 * Gives a function that throws when a row's totals are not those of the rows before it. A row with `totalsKey` tells `facts.totals`, a list
 * of numbers; `expected` has totals that are known beforehand, by key.
 */
export const createTotalsCheck = (expected) => {
  const known = new Map(Object.entries(expected).map(([key, totals]) => [key, { totals, from: 'the definition' }]))
  return (row, { totals }) => {
    if (row.totalsKey === undefined) return
    const other = known.get(row.totalsKey)
    if (other === undefined) known.set(row.totalsKey, { totals, from: row.name })
    else if (other.totals.join() !== totals.join())
      throw new Error(`${row.name} on ${row.totalsKey}: ${textOf(totals)}, but ${other.from} has ${textOf(other.totals)}`)
  }
}
