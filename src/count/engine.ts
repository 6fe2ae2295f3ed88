import type { LaterTables } from '../split/laterPhases.ts'
import type { Phase } from '../split/phases.ts'
import type { EngineChoice, Stage, TierChoice } from '../types.ts'
import type { TransformersJsEngine } from './transformersJs.ts'

/** What may be asked for, as messages list it. */
export const TIER_CHOICES: readonly TierChoice[] = ['auto', 'reference', 'automaton', 'simd']
export const ENGINE_CHOICES: readonly EngineChoice[] = [...TIER_CHOICES, 'transformers.js']

/** What runs, as plain data for the workers. */
export type Engine = Tier | TransformersJsEngine

/** The tier that cuts the text. */
export type Tier =
  /**
   * The tables are of the first phase, and then of each later one. `simd`: at least one stage of the first is of a family that the kernel knows by heart;
   * the others are run by their automata.
   */
  | { name: 'automaton' | 'simd'; phases: readonly Phase[]; tables: readonly Uint8Array[]; later: readonly LaterTables[] }
  /** `reason`: why it is no faster one. */
  | { name: 'reference'; stages: readonly Stage[]; reason: string }
