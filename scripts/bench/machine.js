// Says on what, and of what, a benchmark was run.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { PEER_PACKAGES } from './definitions.js'
import { hasGnuTime } from './measure.js'

const ROOT = resolve(import.meta.dirname, '../..')

const firstLine = (command, ...args) => spawnSync(command, args).stdout?.toString().split('\n')[0] || 'not there'

const commitOf = () => {
  const git = (...args) => execFileSync('git', args, { cwd: ROOT }).toString().trim()
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : ' and changes')
  } catch {
    return 'unknown (no git)'
  }
}

const versionOf = (name) => JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version

export const describeMachine = () => ({
  date: new Date().toISOString().slice(0, 10),
  commit: commitOf(),
  processor: `${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}`,
  memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  system: `${process.platform} ${release()} ${process.arch}`,
  load: loadavg().map((load) => load.toFixed(1)),
  versions: [
    `Node ${process.version}`,
    ...PEER_PACKAGES.map((name) => `${name} ${versionOf(name)}`),
    firstLine('python3', '--version'),
    `its regex ${firstLine('python3', '-c', 'import regex; print(regex.__version__)')}`,
    firstLine('wc', '--version'),
    firstLine('gzip', '--version'),
    firstLine('zstd', '--version'),
  ],
  hasGnuTime,
})

/** The lines above the tables. */
export const headingOf = ({ date, commit, processor, memory, system, load, versions, hasGnuTime }, command) =>
  [
    `## ${date}, commit ${commit}`,
    '',
    `    ${command}`,
    '',
    `${processor}, ${memory}, ${system}; load averages at the start ${load.join(', ')}. ${versions.join(', ')}.`,
    ...(hasGnuTime ? [] : ['', 'No CPU time and no peak memory: GNU time is not there (`apt-get install time`).']),
  ].join('\n')
