import { extendWords, SYLLABLES } from './english.ts'
import { capitalize, expand, linesOf, oneOf, wordsOf, zipfOf, type Rules } from './grammar.ts'
import { below, type Random } from './random.ts'
import { createSpelling } from './spelling.ts'
import type { VoiceRecipe } from './voice.ts'

/* Simple stories for children: short words, much dialogue, few rare words. */

const CREATURES = wordsOf(`
  dog cat bird bear rabbit frog fish mouse duck fox lion puppy kitten cow horse monkey pig bee owl squirrel turtle elephant sheep goat
  butterfly ant snail dragon spider tiger hen whale penguin fairy robot giant wizard crab worm snake deer wolf hedgehog beaver`)

const THINGS = wordsOf(`
  ball toy tree flower box book hat car cake boat apple stick rock leaf cup bag door bed chair kite doll truck bike ring shell key coin
  bell lamp drum blanket spoon picture star cookie button stone rope bucket ladder basket pillow mirror crown puzzle block crayon map
  feather balloon whistle candle letter ribbon mitten wagon swing carrot pie sandwich banana berry egg jar broom hammer shovel tent flag
  pencil scarf shoe sock coat umbrella cloud rainbow snowman castle train plane rocket bus bottle plate bowl window clock`)

const PLACES = wordsOf(`
  park garden house forest kitchen school beach room yard river farm store hill pond street field lake zoo market barn cave library meadow
  bridge village sea mountain shed attic bakery playground town cabin valley harbor island station tower`)

const PAST_VERBS = wordsOf(`
  saw found wanted took liked loved had made got held picked carried dropped opened pushed pulled threw kicked touched washed hid lost
  painted fixed shared kept moved broke cleaned brought showed gave bought caught chased followed watched cut shook built climbed
  hugged filled lifted rolled dug wrapped borrowed rubbed tasted guarded counted tied`)

const ACTIONS = wordsOf(`
  play run jump help see go find share eat sleep swim fly sing dance climb read draw look hide make clean fix learn try build walk laugh
  talk listen dream cook paint dig fish race ride whisper rest wait count smile bake wave explore wander giggle`)

const DEEDS = wordsOf(`
  smiled laughed ran jumped played went cried sat looked walked slept waited danced sang swam fell stopped nodded giggled listened
  clapped yawned hopped hurried waved whispered shouted flew climbed sighed shivered blushed rested sneezed wandered`)

const QUALITIES = wordsOf(`
  big little happy small red good new old nice sad pretty blue soft green warm yellow funny kind shiny brave hungry fast loud cold quiet
  tall white strong round sweet dark scared smart tiny bright angry long clean hot tired wet brown special fluffy yummy busy lost wise
  lonely proud careful wild gentle curious sleepy dirty heavy purple sparkly wooden sour grumpy clever honest empty deep broken slow
  pink messy golden crunchy magical jolly silly rough smooth thin thick wide narrow famous ancient mild polite patient`)

const ADVERBS = wordsOf(`
  quickly always never slowly again together happily finally suddenly carefully loudly quietly softly gently soon really proudly
  sadly nicely kindly bravely tightly everywhere eagerly safely angrily politely patiently`)

/** At most eight letters each. The first is never drawn: ranks begin at one. */
const NAMES = wordsOf(`
  Anna Lily Tom Mia Ben Sara Max Lucy Tim Sue Jack Anna Sam Emma Leo Amy Bob Zoe Finn Ella Joe Rosie Billy Nora Jim Molly Fred Daisy Pip
  Clara Hugo Ruby Otto Ivy Gus Hazel Toby Maya Oscar Poppy Felix Nina Ravi Aisha Kofi Yuki Omar Lena Diego Priya Ali Freya Ivan Mei Noor
  Theo Olga Jonas Amara Kai Tess Milo Ada Rory Vera Luca Jade Eli Wren Abe June Cleo Ned Dora Hank Elsie Percy Tilly Bruno Maude`)

const SENTENCES = linesOf(`
  @Subject @past the @quality @thing.
  @Subject @past a @quality @thing and @deed.
  @Subject wanted to @action with the @thing, but it was too @quality.
  @name and @friend @past the @thing in the @place.
  "@Exclaim! @Speech" said @someone.
  "@Speech" @name asked.
  "@Speech" @friend said. "@Speech"
  @Subject @deed and @deed all day.
  @Subject went to the @place to @action.
  The @creature was very @quality.
  The @quality @creature @deed @adverb.
  @Subject didn't know what to do.
  @name's mom said, "@Speech"
  It was a @quality day, and the sun was @quality.
  @Subject couldn't find the @thing anywhere.
  @Subject looked under the @thing and saw a @quality @creature.
  They @past the @thing and went back to the @place.
  @name was @quality because the @thing was gone.
  Then a @quality @creature came out of the @place and @deed.
  @Subject had an idea: they could @action in the @place!
  @friend gave @name @number @{thing}s.
  @name counted the @{thing}s: one, two, three, @number!
  The @thing was @quality, @quality and very @quality.
  But the @creature wouldn't @action.
  So @name and @friend decided to @action @adverb.
  @Subject @adverb @past the @thing, and it made a @quality sound.
  After that, @subject never @past a @thing again.
  "I'm @quality," said the @creature. "Can you @action?"
  @Subject thought about the @quality @thing and @deed.
  The next morning, @name woke up and @past a @thing.
  When @name got to the @place, @subject @past the @creature's @thing.
  @friend wasn't @quality any more.
  @name was @age years old and lived near the @place.
  They didn't see the @creature, but the @creature saw them.`)

const OPENINGS = linesOf(`
  Once upon a time, there was a @quality @creature named @name.
  Once upon a time, in a @quality @place, there lived a @creature. Its name was @name.
  One day, a @child named @name went to the @place with @friend.
  One @quality day, @name and @friend were in the @place.
  @name was a @quality @child who loved to @action.
  There was once a @child called @name. @name had a @quality @thing.
  It was a @quality morning, and @name wanted to @action.
  @name and @friend were best friends. They liked to @action in the @place.
  A long time ago, a @quality @creature lived by the @place. Everyone called it @name.`)

const ENDINGS = linesOf(`
  And they all lived happily ever after.
  From that day on, @name and @friend were best friends.
  @name learned that it's good to @action.
  @name went home and slept. It had been a @quality day.
  They hugged, and @name was @quality again.
  The end.
  And so @name never forgot the @quality @creature.
  "I'll always remember this day," said @name. And @name did.`)

const SPEECHES = linesOf(`
  Can I @action with you?
  Don't be @quality, @name.
  Let's @action in the @place!
  I've got a @quality @thing.
  That's my @thing!
  You're so @quality!
  We can't @action here, it's too @quality.
  Look at the @quality @creature!
  I don't like the @thing.
  What's in the @thing?
  Where did you find the @thing?
  Thank you, @friend.
  You have to be careful with the @thing.
  I'll help you, and then we'll @action.
  It isn't @quality to take a @thing.
  Won't you come to the @place?
  He'd never @action without me!
  Yes, they've gone to the @place.`)

/** The tails of the lists are made-up words; between them and the real ones stands a slot for words without end. */
const createRules = (): Rules => ({
  sentence: oneOf(...SENTENCES),
  speech: oneOf(...SPEECHES),
  opening: oneOf(...OPENINGS),
  ending: oneOf(...ENDINGS),
  subject: oneOf('he', 'she', 'they', 'he', 'she', '@name', '@name', '@friend', 'the @creature', 'it'),
  someone: oneOf('@name', '@friend', 'the @creature', 'his mom', 'her dad', 'the @quality @creature'),
  exclaim: oneOf('oh no', 'wow', 'yes', 'no', 'look', 'hooray', 'hello', 'wait', 'hey', 'thank you'),
  child: oneOf('boy', 'girl', 'boy', 'girl', 'child', 'baby', 'twin'),
  number: oneOf('two', 'three', 'four', 'five', 'six', 'seven', 'ten', 'a hundred', '12', '25', '@num'),
  age: oneOf('three', 'four', 'five', '3', '4', '5', '6', '7'),
  creature: zipfOf(extendWords([...CREATURES, '@rare'], 300, 'creatures')),
  thing: zipfOf(extendWords([...THINGS, '@rare'], 900, 'things')),
  place: zipfOf(extendWords(PLACES, 250, 'places')),
  past: zipfOf(extendWords(PAST_VERBS, 400, 'past', ['ed'])),
  action: zipfOf(extendWords(ACTIONS, 350, 'actions')),
  deed: zipfOf(extendWords(DEEDS, 300, 'deeds', ['ed'])),
  quality: zipfOf(extendWords([...QUALITIES, '@rare'], 700, 'qualities', ['', 'y', 'ful'])),
  adverb: zipfOf(extendWords(ADVERBS, 250, 'adverbs', ['ly'])),
})

const withArticles = (text: string): string => text.replace(/\b([Aa]) (?=[aeiou])/g, '$1n ')

export const createStories = (): VoiceRecipe => {
  const rules = createRules()
  const write = (rule: string, random: Random): string => withArticles(capitalize(expand(rules, `@${rule}`, random)))
  const sentences = (random: Random): string => Array.from({ length: 1 + below(random, 3) }, () => write('sentence', random)).join(' ')
  return {
    name: 'stories',
    weight: 40,
    documentBytes: 900,
    poolSize: 4096,
    joints: [' ', ' ', ' ', ' ', ' ', '\n', '\n', '\n\n'],
    keepSlotOneIn: 1,
    opening: (random) => write('opening', random),
    body: sentences,
    ending: (random) => write('ending', random),
    names: createSpelling({ first: SYLLABLES.map(capitalize), rest: SYLLABLES, known: NAMES }),
    tail: createSpelling({ first: SYLLABLES }),
    rareNameOctaves: 20,
  }
}
