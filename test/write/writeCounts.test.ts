import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { writeAtomically, writeFileAtomically } from '../../src/write/atomicFile.ts'
import { writeCounts } from '../../src/write/writeCounts.ts'
import { compileInto } from './compile.ts'

let compiled: string
let folder: string
beforeAll(() => {
  compiled = mkdtempSync(join(tmpdir(), 'pretok-compiled-'))
  writeFileSync(join(compiled, 'package.json'), '{"type":"module"}')
  compileInto(compiled)
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pretok-write-'))
  return () => rmSync(folder, { recursive: true })
})
afterAll(() => rmSync(compiled, { recursive: true }))

/** A module that can be run by a child process; `code` has `writeCounts` and `many`, an iterable of 200,000 pieces (some 4 MB). */
const script = (code: string): string[] => [
  '--input-type=module',
  '--eval',
  `import { writeCounts } from ${JSON.stringify(join(compiled, 'write/writeCounts.js'))}
   const many = Array.from({ length: 200_000 }, (_, i) => ({ piece: Buffer.from(' piece ' + i), count: i + 1 }))
   ${code}`,
]

describe('a file is there and whole, or not at all', () => {
  test('it is made or replaced, and nothing else is left', async () => {
    const path = join(folder, 'out.json')
    await writeFileAtomically(path, 'one')
    await writeFileAtomically(path, 'two')
    expect(readFileSync(path, 'utf8')).toBe('two')
    expect(readdirSync(folder)).toEqual(['out.json'])
  })

  test('until it is whole, it has a hidden name', async () => {
    const path = join(folder, 'out.json')
    await writeAtomically(path, async (write) => {
      await write(Buffer.from('begun'))
      expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\.out\.json\.pretok-.*\.tmp$/)])
    })
    expect(readdirSync(folder)).toEqual(['out.json'])
  })

  test('an error of what is written passes unchanged, and the old file stays', async () => {
    const path = join(folder, 'out.tsv')
    writeFileSync(path, 'old')
    const failure = new Error('half way')
    const failing = function* () {
      for (let i = 1; i < 200_000; i++) yield { piece: Buffer.from(` piece ${i}`), count: i }
      throw failure
    }
    await expect(writeCounts(path, 'tsv', failing())).rejects.toBe(failure)
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['out.tsv'])
  })

  test.skipIf(process.platform === 'win32')('a write that the system refuses leaves nothing but the old file', () => {
    const path = join(folder, 'out.json')
    const saying = '.catch(({ code, message }) => console.log(code, message))'
    const program = script(`await writeCounts(${JSON.stringify(path)}, 'json', many)${saying}`)
    const run = () => spawnSync('sh', ['-c', 'ulimit -f 2048 && exec "$0" "$@"', process.execPath, ...program], { encoding: 'utf8' }).stdout
    // 1 or 2 MiB: the unit of ulimit is not the same in all shells
    const message = /^output writing .*out\.json: the file would be larger than allowed \(after \d{7} bytes\); raise the limit .*\n$/
    expect(run()).toMatch(message)
    expect(readdirSync(folder)).toEqual([])
    writeFileSync(path, 'old')
    expect(run()).toMatch(message)
    expect(readdirSync(folder)).toEqual(['out.json'])
    expect(readFileSync(path, 'utf8')).toBe('old')
  })

  // a file system of 1 MiB, which only the child can see and which goes when it ends
  const MOUNT = 'mount -t tmpfs -o size=1m tmpfs "$0" && cd "$0" && exec "$@"'
  const smallFileSystem = (folder: string, ...program: string[]) =>
    spawnSync('unshare', ['-rm', 'sh', '-c', MOUNT, folder, ...program], { encoding: 'utf8' })
  const hasSmallFileSystem = smallFileSystem(tmpdir(), 'true').status === 0

  test.skipIf(!hasSmallFileSystem)('a disk that is full is no fuller after it', () => {
    const program = script(`
      import { readdirSync } from 'node:fs'
      await writeCounts('out.csv', 'csv', many).catch(({ code, message }) => console.log(code, message))
      console.log(readdirSync('.').length, 'files')`)
    const message = 'output writing out.csv: no space left on the device (after 1048576 bytes); make room, or write to another disk'
    expect(smallFileSystem(folder, process.execPath, ...program).stdout).toBe(`${message}\n0 files\n`)
  })

  test.skipIf(process.platform === 'win32')('a pipe or device is written to, not replaced', async () => {
    const path = join(folder, 'pipe.tsv')
    spawnSync('mkfifo', [path])
    const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] })
    const read = text(reader.stdout) // from the start: Node throws away what nobody reads of a process that has ended
    await writeCounts(path, 'tsv', [{ piece: Buffer.from('a'), count: 1 }])
    expect(await read).toBe('piece\tcount\na\t1\n')
    expect(lstatSync(path).isFIFO()).toBe(true)
  })

  test('a symbolic link stays one', async () => {
    mkdirSync(join(folder, 'real'))
    writeFileSync(join(folder, 'real/out.json'), 'old')
    symlinkSync('real/out.json', join(folder, 'link.json'))
    await writeFileAtomically(join(folder, 'link.json'), 'new')
    expect(lstatSync(join(folder, 'link.json')).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(folder, 'real/out.json'), 'utf8')).toBe('new')
    expect(readdirSync(join(folder, 'real'))).toEqual(['out.json'])
  })

  test('so does one to a file that is not there yet, and to another link', async () => {
    mkdirSync(join(folder, 'new'))
    symlinkSync('new/out.json', join(folder, 'first.json'))
    symlinkSync('first.json', join(folder, 'second.json'))
    await writeFileAtomically(join(folder, 'second.json'), 'new')
    for (const name of ['first.json', 'second.json']) expect(lstatSync(join(folder, name)).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(folder, 'new/out.json'), 'utf8')).toBe('new')
    expect(readdirSync(join(folder, 'new'))).toEqual(['out.json'])
  })

  test('where a link leads to goes by the folder that it is in, also when that was named by a link', async () => {
    mkdirSync(join(folder, 'outer/inner'), { recursive: true })
    symlinkSync('outer/inner', join(folder, 'inner'))
    symlinkSync('../out.json', join(folder, 'inner/link.json'))
    await writeFileAtomically(join(folder, 'inner/link.json'), 'new')
    expect(readFileSync(join(folder, 'outer/out.json'), 'utf8')).toBe('new')
  })

  test('the permissions stay', async () => {
    const path = join(folder, 'out.json')
    writeFileSync(path, 'old')
    // also those that the mask of the process would take away
    for (const mode of [0o600, 0o666, 0o664]) {
      chmodSync(path, mode)
      await writeFileAtomically(path, 'new')
      expect(statSync(path).mode & 0o777).toBe(mode)
    }
  })

  test('a name as long as names may be', async () => {
    const path = join(folder, `${'n'.repeat(250)}.json`)
    await writeFileAtomically(path, 'new')
    expect(readFileSync(path, 'utf8')).toBe('new')
  })

  test('no folder, or a folder in its place', async () => {
    const inNoFolder = join(folder, 'none', 'out.json')
    const message = `writing ${inNoFolder}: there is no folder ${join(folder, 'none')}; make the folder first`
    await expect(writeFileAtomically(inNoFolder, '')).rejects.toMatchObject({ code: 'output', message })
    await expect(writeFileAtomically(folder, '')).rejects.toMatchObject({ code: 'output', message: `writing ${folder}: it is a directory` })
  })

  test('a link into no folder', async () => {
    const link = join(folder, 'link.json')
    symlinkSync('gone/out.json', link)
    const message = `writing ${link}: there is no folder ${join(realpathSync(folder), 'gone')}; make the folder first`
    await expect(writeFileAtomically(link, '')).rejects.toMatchObject({ code: 'output', message })
  })

  test('a file that somebody removes before it has its name', async () => {
    const path = join(folder, 'removed', 'out.json')
    mkdirSync(dirname(path))
    const writing = writeAtomically(path, async (write) => {
      await write(Buffer.from('new'))
      for (const name of readdirSync(dirname(path))) rmSync(join(dirname(path), name))
    })
    const message = `writing ${path}: what was written was removed meanwhile (after 3 bytes)`
    await expect(writing).rejects.toMatchObject({ code: 'output', message })
  })

  test.runIf(process.platform === 'linux')('a folder in which there can be no files of ours', async () => {
    const message = 'writing /proc/out.json: no file can be made in /proc'
    await expect(writeFileAtomically('/proc/out.json', '')).rejects.toMatchObject({ code: 'output', message })
  })
})

describe('standard output', () => {
  test('carries all of it through a pipe, which holds 64 KiB at a time', async () => {
    const child = spawn(process.execPath, script(`await writeCounts('-', 'tsv', many)`), { stdio: ['ignore', 'pipe', 'inherit'] })
    let lines = 0
    for await (const chunk of child.stdout) for (const byte of chunk as Buffer) if (byte === 0x0a) lines++
    expect(lines).toBe(200_001)
  })

  test('is no error when nobody reads any more', () => {
    const program = script(`await writeCounts('-', 'tsv', many); console.error('went on')`)
    const { stdout, stderr } = spawnSync('sh', ['-c', '"$0" "$@" | head -n 2', process.execPath, ...program], { encoding: 'utf8' })
    expect(stdout).toBe('piece\tcount\n piece 0\t1\n')
    expect(stderr).toBe('went on\n')
  })

  test.skipIf(!existsSync('/dev/full'))('says so when it cannot be written', () => {
    const program = script(`await writeCounts('-', 'tsv', many).catch(({ code, message }) => console.error(code, message))`)
    const { stderr } = spawnSync('sh', ['-c', '"$0" "$@" > /dev/full', process.execPath, ...program], { encoding: 'utf8' })
    expect(stderr).toBe('output writing to standard output: no space left on the device; make room, or write to another disk\n')
  })
})
