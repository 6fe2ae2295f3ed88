// Runs commands, and measures wall time, CPU time and peak memory of each.
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const GNU_TIME = '/usr/bin/time'

/**
 * Peak memory is taken by GNU time. A process begins with the peak that its parent had when it forked, so that a child of Node would
 * never have less than Node; the parent of those measured here is `time`, which is tiny.
 */
export const hasGnuTime = /GNU/.test(spawnSync(GNU_TIME, ['--version']).output?.join('') ?? '')

const failure = (command, { status, signal, error, stderr }) =>
  new Error(`${command.join(' ')}: ${error?.message ?? `exit ${status ?? signal}`}\n${stderr ?? ''}`)

/** Runs a command once. With `discard`, what it prints goes to /dev/null and not through a pipe. */
const runOnce = (command, discard) => {
  const folder = mkdtempSync(join(tmpdir(), 'pretok-time-'))
  const usage = join(folder, 'usage')
  const timed = hasGnuTime ? [GNU_TIME, '-f', '%U %S %M', '-o', usage, ...command] : command
  const sink = discard ? openSync('/dev/null', 'w') : 'pipe'
  try {
    const started = performance.now()
    const outcome = spawnSync(timed[0], timed.slice(1), {
      stdio: ['ignore', sink, 'pipe'],
      maxBuffer: 2 ** 28,
      env: { ...process.env, LC_ALL: 'C' },
    })
    const seconds = (performance.now() - started) / 1000
    if (outcome.status !== 0) throw failure(command, outcome)
    const [user, system, peak] = hasGnuTime ? readFileSync(usage, 'utf8').trim().split(' ').map(Number) : []
    return {
      seconds,
      cpu: hasGnuTime ? user + system : undefined,
      peakBytes: hasGnuTime ? peak * 1024 : undefined,
      stdout: outcome.stdout?.toString(),
      stderr: outcome.stderr.toString(),
    }
  } finally {
    if (discard) closeSync(sink)
    rmSync(folder, { recursive: true })
  }
}

/**
 * Measures rows in rounds: every row once to warm up, then every row once in each round, so that a noisy minute hits all alike. A row is
 * { command, discard?, read? }; `read` takes facts from what a run printed, and `check` throws if they are wrong. Gives the rows with
 * their `samples` (seconds, cpu, peakBytes and facts of each run).
 */
export const measureRows = (rows, rounds, check, say) => {
  const measured = rows.map((row) => ({ ...row, samples: [] }))
  for (let round = 0; round <= rounds; round++)
    for (const [i, row] of measured.entries()) {
      say(`${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}, row ${i + 1} of ${rows.length}: ${row.name}`)
      const { stdout, stderr, ...sample } = runOnce(row.command, row.discard === true)
      sample.facts = row.read?.({ stdout, stderr }) ?? {}
      check(row, sample.facts)
      if (round > 0) row.samples.push(sample)
    }
  return measured
}

const sorted = (values) => values.toSorted((a, b) => a - b)

/** Median, least and greatest; undefined without values. */
export const spreadOf = (values) => {
  const known = sorted(values.filter((value) => value !== undefined))
  if (known.length === 0) return undefined
  const middle = known.length >> 1
  const median = known.length % 2 === 1 ? known[middle] : (known[middle - 1] + known[middle]) / 2
  return { median, least: known[0], greatest: known.at(-1) }
}
