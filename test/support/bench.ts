import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

const BENCH = resolve(import.meta.dirname, '../../scripts/bench.js')

/** Runs the benchmark to its end, with `folder` for its temporary files. */
export const bench = (folder: string, ...args: string[]): { code: number | null; stdout: string; stderr: string } => {
  const env = { ...process.env, TMPDIR: folder }
  const { status, stdout, stderr } = spawnSync(process.execPath, [BENCH, ...args], { encoding: 'utf8', env })
  return { code: status, stdout, stderr }
}
