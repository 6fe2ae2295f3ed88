import { SYLLABLES } from './english.ts'
import { slotMark } from './slots.ts'
import { createSpelling } from './spelling.ts'
import type { VoiceRecipe } from './voice.ts'

/* The worst case for whoever counts: nearly every pre-token is new. */

export const createDistinct = (): VoiceRecipe => {
  const line = Array(8).fill(slotMark('fresh')).join(' ')
  const spelling = createSpelling({ first: SYLLABLES })
  return {
    name: 'distinct',
    weight: 1,
    documentBytes: 4000,
    poolSize: 1,
    joints: ['\n'],
    keepSlotOneIn: 1,
    body: () => line,
    names: spelling,
    tail: spelling,
    rareNameOctaves: 8,
  }
}
