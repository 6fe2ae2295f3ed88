import { createCode } from './code.ts'
import { createDistinct } from './distinct.ts'
import { createJsonlFrame, createTextFrame, type Frame } from './frame.ts'
import { createLogs } from './logs.ts'
import { createCjk, createMultilingual } from './multilingual.ts'
import { createProse, createTiny } from './prose.ts'
import { below, type Random } from './random.ts'
import { createStories } from './stories.ts'
import { prepareVoice, type Voice, type VoiceRecipe } from './voice.ts'

/** As varied as the web: all sorts of text, every slot filled anew each time, and strings that mean nothing. Cache misses rule. */
const createVaried = (): VoiceRecipe[] => {
  const texts = [...createLogs(), ...createCode(), ...createMultilingual(), ...createCjk()]
  const weighted = [
    { ...createProse(), weight: 8 },
    { ...createDistinct(), weight: 3 },
  ]
  return [...weighted, ...texts].map((recipe) => ({ ...recipe, keepSlotOneIn: 1 }))
}

const RECIPES = {
  stories: () => [createStories()],
  prose: () => [createProse()],
  tiny: () => [createTiny()],
  logs: createLogs,
  code: createCode,
  multilingual: createMultilingual,
  cjk: createCjk,
  jsonl: () => [createStories(), ...createCode(), ...createMultilingual()],
  mixed: () => [createStories(), ...createLogs(), ...createCode(), ...createMultilingual()],
  varied: createVaried,
  distinct: () => [createDistinct()],
} satisfies Record<string, () => VoiceRecipe[]>

export type CorpusKind = keyof typeof RECIPES

export const CORPUS_KINDS = Object.keys(RECIPES) as CorpusKind[]

export const createFrame = (kind: CorpusKind, separator: string): Frame =>
  kind === 'jsonl' ? createJsonlFrame() : createTextFrame(separator)

/** Chooses the voice of the next document. A voice is prepared when it is first chosen: a small corpus needs few of them. */
export const createVoicePicker = (kind: CorpusKind, seed: number): ((random: Random) => Voice) => {
  const recipes = RECIPES[kind]()
  const voices = new Map<VoiceRecipe, Voice>()
  const lots = recipes.flatMap((recipe) => Array<VoiceRecipe>(recipe.weight).fill(recipe))
  return (random) => {
    const recipe = lots[below(random, lots.length)]
    let voice = voices.get(recipe)
    if (voice === undefined) voices.set(recipe, (voice = prepareVoice(recipe, seed, kind === 'jsonl')))
    return voice
  }
}
