import { constants, createWriteStream, fstatSync, openSync, readdir as readFolder, type Dirent, type Stats } from 'node:fs'
import { lstat, mkdir, readdir, readFile } from 'node:fs/promises'
import { isUtf8 } from 'node:buffer'
import { basename, dirname, isAbsolute, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describeSystemError, PretokError, throwIfStopped } from '../errors.ts'
import { makeFolder } from '../makeFolder.ts'
import { standardInput } from '../standardInput.ts'
import { reserveTemporaryFolder, type TemporaryFolder } from '../temporary.ts'
import { factsOf } from './ask.ts'
import { RUN_FOLDER, sourceNameOf, STANDARD_INPUT, STANDARD_INPUT_DEVICE } from './inputNames.ts'
import { verifySame } from './source.ts'

/*
 * What people name as input: files, folders, globs, lists of these, and standard input. The files come in the order in which they were
 * named; those of a folder or of a glob in the order of their names, byte by byte, so that the same names give the same run everywhere.
 */

/**
 * The files behind the names: a file; a folder, with all that is in it and in the folders in it, but nothing hidden, no named pipes and no run folders; a
 * glob, without named pipes; `@list`, a file with one such name a line; `-`, standard input. A file that is named twice is taken once; `onWarning` hears of
 * it, and of pipes and run folders.
 *
 * @throws PretokError 'input' for what is not there, and for folders, globs and lists without any file
 */
export const expandInputs = async (names: readonly string[], onWarning: (message: string) => void): Promise<string[]> => {
  const listed: string[] = []
  for (const name of names) append(listed, await namesBehind(name))
  const seen = new Map<string, string>()
  const paths: string[] = []
  for (const name of listed)
    for (const { path, identity } of await filesOf(name, onWarning)) {
      const first = seen.get(identity)
      if (first === undefined) {
        seen.set(identity, path)
        paths.push(path)
      } else onWarning(`${path} ${first === path ? 'was named twice' : `is the same file as ${first}`}; it is counted once`)
    }
  return paths
}

/** There may be more than a call has room for as arguments. */
const append = <Item>(list: Item[], items: readonly Item[]): void => {
  for (const item of items) list.push(item)
}

interface NamedFile {
  path: string
  /** The same for two names of one file. */
  identity: string
}

const namedFile = (path: string, { dev, ino }: Stats): NamedFile => ({ path, identity: `${dev}:${ino}` })

const inputError = (name: string, problem: string, cause?: unknown): PretokError =>
  new PretokError('input', `reading ${name}: ${problem}`, { cause })

/** Why a path cannot be looked at; what is not there may be what a link leads to. */
const lookError = async (path: string, error: NodeJS.ErrnoException): Promise<PretokError> => {
  if (error.code === 'ENOENT') await refuseOtherName(path)
  const isBrokenLink = error.code === 'ENOENT' && (await lstat(path).catch(() => undefined))?.isSymbolicLink() === true
  return inputError(path, isBrokenLink ? 'it is a broken link: what it leads to is not there' : describeSystemError(error), error)
}

const existingFacts = (path: string): Promise<Stats> =>
  factsOf(path).catch(async (error: NodeJS.ErrnoException) => {
    throw await lookError(path, error)
  })

/** @param lists those that lead to this name */
const namesBehind = async (name: string, lists: readonly string[] = []): Promise<string[]> => {
  if (!name.startsWith('@')) return [name]
  if (lists.includes(name)) throw inputError(name, 'the list names itself')
  const names: string[] = []
  for (const one of await readList(name.slice(1))) append(names, await namesBehind(one, [...lists, name]))
  return names
}

const readList = async (path: string): Promise<string[]> => {
  const text = await readFile(path).catch((error: unknown) => {
    throw inputError(`@${path}`, `the list: ${describeSystemError(error)}`, error)
  })
  if (!isUtf8(text)) throw inputError(`@${path}`, 'the list is not UTF-8; rename files whose names are not')
  const names = text.toString().replace(/^\ufeff/, '').split(/\r?\n/).filter((line) => line !== '')
  if (names.length === 0) throw inputError(`@${path}`, 'the list names nothing')
  return names
}

const filesOf = async (name: string, onWarning: (message: string) => void): Promise<NamedFile[]> => {
  if (name === '') throw new PretokError('usage', 'reading the input: the name of a file is empty')
  if (name === STANDARD_INPUT || name === STANDARD_INPUT_DEVICE) return [{ path: STANDARD_INPUT, identity: STANDARD_INPUT }]
  const facts = await factsOf(name).catch((error: NodeJS.ErrnoException) => error)
  if (facts instanceof Error) {
    if (/[*?[\]{}()!]/.test(name) && (facts.code === 'ENOENT' || facts.code === 'EACCES')) return filesOfGlob(name, onWarning)
    throw await lookError(name, facts)
  }
  if (!facts.isDirectory()) return [namedFile(name, facts)]
  const files = await filesInFolder(name, [namedFile(name, facts).identity], onWarning)
  if (files.length === 0) throw inputError(name, 'the folder holds no files (hidden ones are left out)')
  return files
}

const filesOfGlob = async (pattern: string, onWarning: (message: string) => void): Promise<NamedFile[]> => {
  const { glob } = await import('tinyglobby')
  let failure: PretokError | undefined
  // it passes over what it cannot read, without a word
  const list = (folder: string, options: { withFileTypes: true }, done: (error: Error | null, entries: Dirent[]) => void): void =>
    readFolder(folder, options, (error, entries) => {
      if (error !== null && error.code !== 'ENOENT' && error.code !== 'ENOTDIR')
        failure ??= inputError(folder.replace(/(?<=.)\/$/, ''), describeSystemError(error), error)
      done(error, entries)
    })
  const fs = { readdir: list as typeof readFolder }
  const paths = sortedByBytes(await glob(pattern, { expandDirectories: false, absolute: isAbsolute(pattern), fs }))
  if (failure !== undefined) throw failure
  const found = await Promise.all(
    paths.map(async (path) => {
      for (let part = path; part !== dirname(part); part = dirname(part)) await refuseOtherName(part)
      return { path, facts: await existingFacts(path) }
    }),
  )
  const files = found.filter(({ path, facts }) => !isPassedOver(path, facts, onWarning)) // it gives links to pipes, though no pipes
  if (files.length === 0) throw inputError(pattern, 'no such file, and as a pattern it matches none')
  return files.map(({ path, facts }) => namedFile(path, facts))
}

/** Of what is met and was not named: a pipe is, with a warning. */
const isPassedOver = (path: string, facts: Stats, onWarning: (message: string) => void): boolean => {
  if (!facts.isFIFO()) return false
  onWarning(`${path} is a named pipe, and is left out: nobody may ever write to it; one that is named itself is counted`)
  return true
}

/** Node.js gives a name that is not UTF-8 as another one, which may even be the name of another file. */
const refuseOtherName = async (path: string): Promise<void> => {
  const name = basename(path)
  if (!name.includes('\ufffd')) return
  const found = await readdir(dirname(path), { encoding: 'buffer' }).catch(() => []) // whoever needs it will say what is wrong
  if (found.some((bytes) => bytes.toString() === name && !isUtf8(bytes)))
    throw inputError(path, 'its name is not UTF-8, so it cannot be opened by it; rename it first')
}

const sortedByBytes = (names: readonly string[]): string[] =>
  names
    .map((name) => ({ name, bytes: Buffer.from(name) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ name }) => name)

/** @param above the folders on the way here: a link that leads back to one of them is passed over */
const filesInFolder = async (folder: string, above: readonly string[], onWarning: (message: string) => void): Promise<NamedFile[]> => {
  const found = await readdir(folder).catch((error: unknown) => {
    throw inputError(folder, describeSystemError(error), error)
  })
  if (RUN_FOLDER.every((name) => found.includes(name))) {
    onWarning(`${folder} is a run folder: what is in it is no input, and is left out`)
    return []
  }
  const names = sortedByBytes(found.filter((name) => !name.startsWith('.')))
  const files: NamedFile[] = []
  for (const name of names) {
    const path = join(folder, name)
    await refuseOtherName(path)
    const facts = await existingFacts(path)
    if (isPassedOver(path, facts, onWarning)) continue
    const file = namedFile(path, facts)
    if (!facts.isDirectory()) files.push(file)
    else if (!above.includes(file.identity)) append(files, await filesInFolder(path, [...above, file.identity], onWarning))
  }
  return files
}

/** Whether what is read from a path can be read only once: of a named pipe, or of what a shell puts in for `<(command)`. */
export const isPipe = async (path: string): Promise<boolean> => path === STANDARD_INPUT || (await existingFacts(path)).isFIFO()

/** A file that holds what came from standard input or a pipe. */
export interface Spool {
  path: string
  folder: TemporaryFolder
}

/**
 * Writes standard input or a pipe to a temporary file, so that it can be cut into chunks, read by several workers, and read again if one
 * fails. The folder is for whoever calls to remove.
 *
 * @param base where the folder is made
 * @param signal ends it at once, however long the other end may be silent: it throws 'interrupted'
 */
export const spoolPipe = async (name: string, base: string, signal: AbortSignal | undefined): Promise<Spool> => {
  const folder = reserveTemporaryFolder(base)
  const path = join(folder.path, 'input')
  try {
    makeFolder(base)
    await mkdir(folder.path, { mode: 0o700 })
    const before = name === STANDARD_INPUT ? fstatSync(0) : undefined
    await pipeline(await openPipe(name), createWriteStream(path), { signal })
    // it may be a file, of which a part would be missing
    if (before?.isFile() === true) verifySame({ path: sourceNameOf(name), size: before.size, modified: before.mtimeMs }, fstatSync(0))
    return { path, folder }
  } catch (error) {
    folder.remove()
    throwIfStopped(signal, `reading ${sourceNameOf(name)}: stopped before the end; nothing was written`)
    if (error instanceof PretokError) throw error
    throw inputError(
      sourceNameOf(name),
      `${describeSystemError(error)} (it is kept in ${base} while it is counted; --temp-dir or TMPDIR says where)`,
      error,
    )
  }
}

/** As a socket, for to open or read a pipe as a file is to wait for the other end, even where the process is to end meanwhile. */
const openPipe = async (name: string): Promise<Readable> => {
  if (name === STANDARD_INPUT) return standardInput()
  const { Socket } = await import('node:net')
  const fd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK)
  return new Socket({ fd, readable: true, writable: false })
}
