import { wordsOf } from './grammar.ts'
import { below, createRandom, createZipf } from './random.ts'

/* English-like words: common ones by hand, then made-up ones, so that a list has as long a tail as a real vocabulary. */

/* The letters are chosen so that no combination is a rude word. */
const ONSETS = wordsOf('b d l m n r t v st tr br dr gl th w k gr z')
const VOWELS = wordsOf('a e i o u a e i o ee oa')
const CODAS = wordsOf('n r l nd rn lt ver del lin dor wen nt lan')

/** 64 syllables for names and rare words. */
export const SYLLABLES: readonly string[] = wordsOf(`
  ba be bi bo da de do du fe fi fo la le li lo lu ma me mi mo mu na ne no ny ra re ri ro ru sa se si so ta te to tu va ve vi vo
  wa we wi wo za ze zo zu ke ko ku ha he hu ja jo mar bel tor ran lin dor`)

/**
 * A list that begins with `common` and has `count` words, no two the same. The rest is made up of syllables, always the same for a
 * `name`, and ends in one of `suffixes`.
 */
export const extendWords = (common: readonly string[], count: number, name: string, suffixes: readonly string[] = ['']): string[] => {
  const random = createRandom('words', name)
  const words = new Set(common)
  const drawOnset = createZipf(ONSETS.length)
  const syllable = (): string => ONSETS[drawOnset(random)] + VOWELS[below(random, VOWELS.length)]
  while (words.size < count) {
    const syllables = Array.from({ length: 1 + below(random, 3) }, syllable)
    words.add(syllables.join('') + CODAS[below(random, CODAS.length)] + suffixes[below(random, suffixes.length)])
  }
  return [...words]
}
