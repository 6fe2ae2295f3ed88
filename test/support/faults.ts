/**
 * The environment of a command in which a call of node:fs, made for a file or for what was opened of it by `openSync`, does what it should and then
 * fails, as a disk may.
 */
export const failing = (call: 'closeSync' | 'fstatSync' | 'readSync', code: string, path: string): Record<string, string> => {
  const script = `
    import fs from 'node:fs'
    const { openSync, ${call}: act } = fs
    const opened = new Set()
    fs.openSync = (path, ...rest) => {
      const file = openSync(path, ...rest)
      if (path === ${JSON.stringify(path)}) opened.add(file)
      return file
    }
    fs.${call} = (file, ...rest) => {
      const result = act(file, ...rest)
      if (!opened.delete(file)) return result
      throw Object.assign(new Error('${code}, ${call}'), { code: '${code}' })
    }`
  return before(script)
}

/** The environment of a command whose standard input is a file that somebody cuts off when two blocks of it have been read. */
export const cuttingOffInput = (path: string, size: number): Record<string, string> =>
  before(`
    import fs from 'node:fs'
    const { read } = fs
    let reads = 0
    fs.read = (file, ...rest) => {
      if (file === 0 && reads++ === 2) fs.truncateSync(${JSON.stringify(path)}, ${size})
      return read(file, ...rest)
    }`)

/** The environment of a command that runs a script before anything else. */
const before = (script: string): Record<string, string> => ({ NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(script)}` })
