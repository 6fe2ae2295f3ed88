export const STANDARD_INPUT = '-'
/** What `-` becomes where an argument parser would lose it; who writes this means the same. */
export const STANDARD_INPUT_DEVICE = '/dev/stdin'

/** What messages call an input. */
export const sourceNameOf = (path: string): string => (path === STANDARD_INPUT ? 'standard input' : path)

/** What is in the run folder of a work-dir (run/runFolder.ts), and is no text. */
export const RUN_FOLDER = ['plan.json', 'partials']
