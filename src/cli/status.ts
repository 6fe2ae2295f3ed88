import type { ArgumentsCamelCase, CommandModule, InferredOptionTypes } from 'yargs'
import { PretokError } from '../errors.ts'
import { inParallel } from '../read/inFlight.ts'
import { verifyUnchanged } from '../read/source.ts'
import { inspectTask, openRunFolder, otherAttempts, type RunFolder, type TaskState } from '../run/runFolder.ts'
import { JSON_OPTION } from './countsOptions.ts'
import { EXIT } from './exitCodes.ts'
import { formatBytes } from './size.ts'
import { integer, plural } from './table.ts'

const OPTIONS = {
  verify: { type: 'boolean', describe: 'Read all results of tasks and hold them against their checksums', group: 'Input:' },
  ...JSON_OPTION,
} as const

type Arguments = InferredOptionTypes<typeof OPTIONS> & { RUN: string }

const handler = async (args: ArgumentsCamelCase<Arguments>): Promise<void> => {
  const run = openRunFolder(args.RUN)
  if (run === undefined) throw new PretokError('input', `reading the run folder ${args.RUN}: there is no plan.json in it`)
  const states = run.plan.tasks.map((_, task) => inspectTask(run, task, args.verify === true))
  const status = { ...summary(run, states), changed: await changedSources(run) }
  process.stdout.write(`${args.json === true ? JSON.stringify(status, null, 2) : asText(args.RUN, status)}\n`)
  if (status.damaged.length + status.unreadable.length > 0) process.exitCode = EXIT.failed
}

/** The sources that are not what they were when they were planned. */
const changedSources = async ({ plan }: RunFolder): Promise<string[]> => {
  const paths = await inParallel(plan.definition.sources, async (source) => {
    const isChanged = await verifyUnchanged(source).then(() => false, isAboutSource)
    return isChanged ? [source.path] : []
  })
  return paths.flat()
}

const isAboutSource = (error: unknown): true => {
  if (error instanceof PretokError) return true
  throw error
}

const summary = (run: RunFolder, states: readonly TaskState[]) => {
  const { chunks, tasks, definition } = run.plan
  const bytesOf = (isWanted: (state: TaskState) => boolean): number =>
    tasks.reduce((sum, { start, end }, task) => {
      if (!isWanted(states[task])) return sum
      return chunks.slice(start, end).reduce((all, [, from, to]) => all + to - from, sum)
    }, 0)
  const numbersOf = (wanted: TaskState['state']): number[] => states.flatMap(({ state }, task) => (state === wanted ? [task] : []))
  const problemsOf = (wanted: 'damaged' | 'unreadable') =>
    states.flatMap((found, task) => (found.state === wanted ? [{ task, problem: found.problem }] : []))
  return {
    id: run.id,
    tokenizer: definition.pipeline.name,
    sources: definition.sources.length,
    tasks: tasks.length,
    done: numbersOf('done').length,
    missing: numbersOf('missing'),
    damaged: problemsOf('damaged'),
    unreadable: problemsOf('unreadable'),
    bytes: bytesOf(() => true),
    bytesDone: bytesOf(({ state }) => state === 'done'),
    attempts: otherAttempts(run.path),
  }
}

const asText = (folder: string, status: ReturnType<typeof summary> & { changed: string[] }): string => {
  const { id, tokenizer, sources, tasks, done, damaged, missing, unreadable, bytes, bytesDone, attempts, changed } = status
  const lines = [
    `plan ${id}: ${tokenizer}, ${plural(sources, 'file')} of ${formatBytes(bytes)}`,
    `${integer(done)} of ${plural(tasks, 'task')} done, ${formatBytes(bytesDone)}`,
    ...damaged.map(({ task, problem }) => `task ${task} is DAMAGED: ${problem}`),
    ...unreadable.map(({ task, problem }) => `task ${task} cannot be looked at: ${problem}`),
    ...attempts.map((attempt) => `at work: ${attempt}`),
    ...changed.map((path) => `${path} is missing, or not what it was when it was planned`),
    changed.length > 0
      ? `pretok count ${folder} counts what has changed again, and does what is left of the others`
      : done === tasks
        ? `pretok merge ${folder} -o OUT writes the result`
        : `pretok count ${folder} does ${done === 0 ? (tasks === 1 ? 'it' : 'them') : others(missing.length + damaged.length)}`,
  ]
  return lines.join('\n')
}

const others = (count: number): string => (count === 1 ? 'the other one' : `the other ${integer(count)}`)

export const statusCommand: CommandModule<object, Arguments> = {
  command: 'status <RUN>',
  describe: 'Tell how far a run folder is',
  builder: (yargs) =>
    yargs
      .usage('$0 status RUN [--verify] [--json]\n\nTells how many tasks of a run folder are done. Exit code 1 if a result is damaged.')
      .positional('RUN', { type: 'string', demandOption: true, describe: 'Run folder' })
      .options(OPTIONS)
      .example('$0 status run --verify', 'reads every result, too'),
  handler,
}
