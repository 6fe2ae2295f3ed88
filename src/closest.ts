const SHORTEST_BEGINNING = 3

/** The shortest candidate that begins with the word, or else that with the smallest edit distance, if it is near enough to be a typing error. */
export const closest = (word: string, candidates: readonly string[]): string | undefined =>
  (word.length >= SHORTEST_BEGINNING ? shortest(candidates.filter((candidate) => candidate.startsWith(word))) : undefined) ??
  mistyped(word, candidates)

const shortest = (words: readonly string[]): string | undefined => words.toSorted((a, b) => a.length - b.length)[0]

const mistyped = (word: string, candidates: readonly string[]): string | undefined => {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
const editDistance = (a: string, b: string): number => {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1)
    }
    rows.push(row)
  }
  return rows[a.length][b.length]
}
