import fc from 'fast-check'

/*
 * Properties are tried on the same random inputs each time, so that a test that fails is one that this change broke. With PRETOK_SEED=random
 * (`npm run test:random`) they are others each time, and fast-check prints the seed of what fails; PRETOK_SEED=123 is that of one run.
 */
const seed = process.env.PRETOK_SEED ?? '20261130'

/** How often a property that takes long is tried: half as often where it is on the same inputs each time. */
export const tries = (whole: number): number => (process.env.PRETOK_SEED === undefined ? Math.ceil(whole / 2) : whole)

if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) })
