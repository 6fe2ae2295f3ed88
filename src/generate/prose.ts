import { extendWords, SYLLABLES } from './english.ts'
import { capitalize, expand, linesOf, oneOf, wordsOf, zipfOf, type Rule, type Rules } from './grammar.ts'
import { below, oneIn, type Random } from './random.ts'
import { createSpelling, type Spelling } from './spelling.ts'
import type { VoiceRecipe } from './voice.ts'

/*
 * English prose with a vocabulary as long as that of a library: a few hundred common words make up half of the text, tens of thousands
 * the rest, and new ones keep coming. The sentences mean nothing.
 */

const FUNCTION_WORDS = wordsOf(`
  the of and to a in that he was it his is with as I for had you not be her on at by which have or from this him but all she they were
  my are me one their so an said them we who would been will no when there if more out any up into do your what has man could other than
  our some very time upon about may its only now like little then can should made did us such great before must these two see know over
  much down after first good men own never most old shall day where those came come himself way work life without go make well through
  being long say might how am too even under again many back here every thought though away another don't didn't it's I'm that's he'd`)

const CONTENT_WORDS = wordsOf(`
  hand eyes night people house place face country world head thing part young years moment mind door water king father things words heart
  room morning letter nothing voice mother side light power found left took seemed looked went felt heard asked answered turned stood
  began government nature law question order number war book name company public money money's army history money English French human
  large small right white black open whole certain strong full dark true high dear poor better less possible necessary common different
  American evening street ground state body friend window feet church reason matter child wife husband party land death love truth hope
  children woman women England London character subject object idea effect purpose interest silence fire air sea horse river road town
  carried received passed sent called given taken brought held kept lost broken written known shown spoken covered followed entered
  suddenly perhaps always almost indeed however therefore rather still soon quite already enough together once naïve café role élite
  conversation circumstances opportunity difficulty particular important considerable appearance understanding neighbourhood society
  well-known half-past to-day old-fashioned 1815 twenty-five New-York o'clock father's man's people's years' &c.`)

const SUFFIXES = ['', '', '', 'ed', 'ing', 's', 'ly', 'er', 'tion', 'ness', 'able', 'ment', "'s", 'ous']

const VOCABULARY = 40_000

const SENTENCES = linesOf(`
  @Clause.
  @Clause.
  @Clause.
  @Clause, @clause.
  @Clause, and @clause.
  @Clause, @clause, and @clause.
  @Clause; @clause.
  @Clause, which @clause.
  @Clause--@clause.
  @Clause (@phrase), and @clause.
  @name @clause.
  @Clause with Mr. @name, @phrase.
  "@Clause," said @name, "@clause."
  "@Clause?" asked @friend.
  “@Clause,” she said; “@clause.”
  “@Clause!” cried @name. “@Clause?”
  @Clause—@phrase—@clause.
  In @year, @clause.
  @Clause: @phrase, @phrase, and @num @phrase.
  It isn’t @phrase; @clause.`)

/** A word at a time; half of them are function words, a few in a hundred rare. */
const createWordRule = (): Rule => {
  const common = zipfOf(FUNCTION_WORDS)
  const content = zipfOf(extendWords(CONTENT_WORDS, VOCABULARY, 'prose', SUFFIXES))
  return (random) => {
    const draw = below(random, 64)
    return draw < 31 ? common(random) : draw < 62 ? content(random) : '@rare'
  }
}

const wordsInARow =
  (word: Rule, least: number, most: number): Rule =>
  (random) =>
    Array.from({ length: least + below(random, most - least + 1) }, () => word(random)).join(' ')

const createRules = (): Rules => {
  const word = createWordRule()
  return {
    sentence: oneOf(...SENTENCES),
    clause: wordsInARow(word, 4, 13),
    phrase: wordsInARow(word, 2, 4),
    year: (random) => `${1700 + below(random, 320)}`,
  }
}

const spellings = (): { names: Spelling; tail: Spelling } => ({
  names: createSpelling({ first: SYLLABLES.map(capitalize), rest: SYLLABLES }),
  tail: createSpelling({ first: SYLLABLES }),
})

/** Chapters of a few paragraphs. */
export const createProse = (): VoiceRecipe => {
  const rules = createRules()
  const sentences = (random: Random): string =>
    Array.from({ length: 1 + below(random, 3) }, () => expand(rules, '@sentence', random)).join(' ')
  return {
    name: 'prose',
    weight: 1,
    documentBytes: 6000,
    poolSize: 8192,
    joints: [' ', ' ', ' ', ' ', ' ', '\n', '\n', '\n\n'],
    keepSlotOneIn: 1,
    body: sentences,
    ...spellings(),
    rareNameOctaves: 16,
  }
}

/** Documents of about 50 bytes in the same words, as queries, titles and messages are. */
export const createTiny = (): VoiceRecipe => {
  const rules = createRules()
  const line = (random: Random): string => {
    const text = expand(rules, '@phrase', random)
    return oneIn(random, 2) ? text : capitalize(text) + oneOf('.', '?', '!', ':')(random)
  }
  return {
    name: 'tiny',
    weight: 1,
    documentBytes: 40,
    poolSize: 16_384,
    joints: [' ', '\n'],
    keepSlotOneIn: 1,
    body: line,
    ...spellings(),
    rareNameOctaves: 16,
  }
}
