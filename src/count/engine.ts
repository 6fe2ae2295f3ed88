import type { Phase } from '../split/phases.ts'
import type { Stage } from '../types.ts'
import type { TransformersJsEngine } from './transformersJs.ts'

/** What runs, as plain data for the workers. */
export type Engine = Tier | TransformersJsEngine

/** The tier that cuts the text. */
export type Tier =
  /**
   * The tables are of the first phase. `simd`: at least one stage is of a family that the kernel knows by heart; the others are run by their
   * automata.
   */
  | { name: 'automaton' | 'simd'; phases: readonly Phase[]; tables: Uint8Array[] }
  /** `reason`: why it is no faster one. */
  | { name: 'reference'; stages: readonly Stage[]; reason: string }
