import { wordsOf } from './grammar.ts'
import { below, createRandom, createZipf } from './random.ts'

/* English-like words: common ones by hand, then made-up ones, so that a list has as long a tail as a real vocabulary. */

const ONSETS = wordsOf('b c d f g h l m n p r s t v w br cl cr dr fl gr pl pr sh sl sp st th tr ch')
const VOWELS = wordsOf('a e i o u a e i o ea oo ou ai ee')
const CODAS = wordsOf('n r l t m s d ck nd st mp rt ll sh ng')

/** Syllables for names and rare words, at most five bytes each; onset and vowel, so that they follow each other well. */
export const SYLLABLES: readonly string[] = wordsOf(`
  ba be bi bo da de di do fa fe fi fo ga ge gi go ha he hi ho ka ke ki ko la le li lo ma me mi mo
  na ne ni no pa pe pi po ra re ri ro sa se si so ta te ti to va ve vi vo wa we wi wo mar lin sen tor`)

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
