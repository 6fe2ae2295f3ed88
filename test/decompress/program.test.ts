import { spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import { decompressBy } from '../../src/decompress/program.ts'
import { PretokError } from '../../src/errors.ts'

vi.mock('node:child_process', async (original) => {
  const real = await original<typeof import('node:child_process')>()
  return { ...real, spawn: vi.fn(real.spawn) }
})

async function* blocks(): AsyncGenerator<Buffer> {
  yield Buffer.from('data')
}

const decompress = async (program: string, args: readonly string[] = []): Promise<void> => {
  for await (const { bytes } of decompressBy(program, args)(blocks, (problem) => new PretokError('data', problem), 'it'))
    expect(bytes.length).toBeGreaterThanOrEqual(0)
}

const systemError = (code: string): Error => Object.assign(new Error(`spawn xz ${code}`), { code })

test('without files for its streams a program is not started', async () => {
  const child = new EventEmitter() // as Node.js gives it then
  vi.mocked(spawn).mockImplementationOnce(() => {
    process.nextTick(() => child.emit('error', systemError('EMFILE')))
    return child as never
  })
  await expect(decompress('xz')).rejects.toMatchObject({
    code: 'input',
    message: 'reading it: it needs the program xz, which cannot be started: too many open files (ulimit -n raises the limit); or decompress the file first',
  })
})

test('neither is it without memory', async () => {
  vi.mocked(spawn).mockImplementationOnce(() => {
    throw systemError('ENOMEM')
  })
  await expect(decompress('xz')).rejects.toMatchObject({ code: 'input', message: expect.stringContaining('the system has no memory left') })
})

test('what ends a program does not make the data damaged', async () => {
  await expect(decompress('sh', ['-c', 'cat > /dev/null; kill -9 $$'])).rejects.toMatchObject({
    code: 'input',
    message: 'reading it: it needs the program sh, which was ended by SIGKILL',
  })
})
