import { createCode } from './code.ts'
import { createDistinct } from './distinct.ts'
import { createJsonlFrame, createTextFrame, type Frame } from './frame.ts'
import { createLogs } from './logs.ts'
import { createMultilingual } from './multilingual.ts'
import { below, type Random } from './random.ts'
import { createStories } from './stories.ts'
import { prepareVoice, type Voice, type VoiceRecipe } from './voice.ts'

const RECIPES = {
  stories: () => [createStories()],
  logs: createLogs,
  code: createCode,
  multilingual: createMultilingual,
  jsonl: () => [createStories(), ...createCode(), ...createMultilingual()],
  mixed: () => [createStories(), ...createLogs(), ...createCode(), ...createMultilingual()],
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
