import { createReadStream, createWriteStream, rmSync, type Stats } from 'node:fs'
import { lstat, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { describeSystemError, PretokError } from '../errors.ts'
import { factsOf } from './ask.ts'
import { sourceNameOf, STANDARD_INPUT, STANDARD_INPUT_DEVICE } from './inputNames.ts'

/*
 * What people name as input: files, folders, globs, lists of these, and standard input. The files come in the order in which they were
 * named; those of a folder or of a glob in the order of their names, byte by byte, so that the same names give the same run everywhere.
 */

/**
 * The files behind the names: a file; a folder, with all that is in it and in the folders in it, but nothing hidden; a glob; `@list`, a file
 * with one such name a line; `-`, standard input. A file that is named twice is taken once, and `onWarning` hears of it.
 *
 * @throws PretokError 'input' for what is not there, and for folders, globs and lists without any file
 */
export const expandInputs = async (names: readonly string[], onWarning: (message: string) => void): Promise<string[]> => {
  const listed: string[] = []
  for (const name of names) listed.push(...(name.startsWith('@') ? await readList(name.slice(1)) : [name]))
  const seen = new Map<string, string>()
  const paths: string[] = []
  for (const name of listed)
    for (const { path, identity } of await filesOf(name)) {
      const first = seen.get(identity)
      if (first === undefined) {
        seen.set(identity, path)
        paths.push(path)
      } else onWarning(`${path} ${first === path ? 'was named twice' : `is the same file as ${first}`}; it is counted once`)
    }
  return paths
}

interface NamedFile {
  path: string
  /** The same for two names of one file. */
  identity: string
}

const namedFile = (path: string, { dev, ino }: Stats): NamedFile => ({ path, identity: `${dev}:${ino}` })

const inputError = (name: string, problem: string, cause?: unknown): PretokError =>
  new PretokError('input', `reading ${name}: ${problem}`, { cause })

const readList = async (path: string): Promise<string[]> => {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw inputError(`@${path}`, `the list: ${describeSystemError(error)}`, error)
  })
  const names = text.split(/\r?\n/).filter((line) => line !== '')
  if (names.length === 0) throw inputError(`@${path}`, 'the list names nothing')
  return names
}

const filesOf = async (name: string): Promise<NamedFile[]> => {
  if (name === STANDARD_INPUT || name === STANDARD_INPUT_DEVICE) return [{ path: STANDARD_INPUT, identity: STANDARD_INPUT }]
  const facts = await factsOf(name).catch((error: NodeJS.ErrnoException) => error)
  if (facts instanceof Error) {
    if (/[*?[\]{}()!]/.test(name) && facts.code === 'ENOENT') return filesOfGlob(name)
    throw await lookError(name, facts)
  }
  if (!facts.isDirectory()) return [namedFile(name, facts)]
  const files = await filesInFolder(name, [namedFile(name, facts).identity])
  if (files.length === 0) throw inputError(name, 'the folder holds no files (hidden ones are left out)')
  return files
}

const filesOfGlob = async (pattern: string): Promise<NamedFile[]> => {
  const { glob } = await import('tinyglobby')
  const paths = sortedByBytes(await glob(pattern, { expandDirectories: false, absolute: isAbsolute(pattern) }))
  if (paths.length === 0) throw inputError(pattern, 'no such file, and as a pattern it matches none')
  return Promise.all(paths.map(async (path) => namedFile(path, await lookAt(path))))
}

/** Why a path cannot be looked at; what is not there may be what a link leads to. */
const lookError = async (path: string, error: NodeJS.ErrnoException): Promise<PretokError> => {
  const isBrokenLink = error.code === 'ENOENT' && (await lstat(path).catch(() => undefined))?.isSymbolicLink() === true
  return inputError(path, isBrokenLink ? 'it is a broken link: what it leads to is not there' : describeSystemError(error), error)
}

const lookAt = (path: string): Promise<Stats> =>
  factsOf(path).catch(async (error: NodeJS.ErrnoException) => {
    throw await lookError(path, error)
  })

const sortedByBytes = (names: readonly string[]): string[] =>
  names
    .map((name) => ({ name, bytes: Buffer.from(name) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ name }) => name)

/** @param above the folders on the way here: a link that leads back to one of them is passed over */
const filesInFolder = async (folder: string, above: readonly string[]): Promise<NamedFile[]> => {
  const names = sortedByBytes((await readdir(folder)).filter((name) => !name.startsWith('.')))
  const files: NamedFile[] = []
  for (const name of names) {
    const path = join(folder, name)
    const facts = await lookAt(path)
    const file = namedFile(path, facts)
    if (!facts.isDirectory()) files.push(file)
    else if (!above.includes(file.identity)) files.push(...(await filesInFolder(path, [...above, file.identity])))
  }
  return files
}

/** Whether what is read from a path can be read only once: of a named pipe, or of what a shell puts in for `<(command)`. */
export const isPipe = async (path: string): Promise<boolean> => path === STANDARD_INPUT || (await factsOf(path)).isFIFO()

/**
 * Writes standard input or a pipe to a temporary file (in TMPDIR, or /tmp), so that it can be cut into chunks, read by several workers, and read
 * again if one fails. The file is removed by `removeSpool`, at the latest when the process ends.
 */
export const spoolPipe = async (name: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'pretok-stdin-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'input')
  try {
    await pipeline(name === STANDARD_INPUT ? process.stdin : createReadStream(name), createWriteStream(path))
  } catch (error) {
    await removeSpool(path)
    throw inputError(
      sourceNameOf(name),
      `${describeSystemError(error)} (it is kept in ${tmpdir()} while it is counted; TMPDIR says where)`,
      error,
    )
  }
  return path
}

export const removeSpool = (path: string): Promise<void> => rm(dirname(path), { recursive: true, force: true })
