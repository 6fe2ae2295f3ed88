import { execFileSync, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PretokError } from '../../src/errors.ts'
import type { Pipeline } from '../../src/types.ts'
import { officialJson } from './oracle.ts'

/*
 * The official engines in a process of their own. Over a pattern that takes it more than ten million tries at a place, Oniguruma ends the
 * process that it is in, and one random pattern in some thousands is such a one.
 */

interface Engine {
  requests: number
  replies: number
}

let engine: Engine | undefined

const start = (): Engine => {
  const folder = mkdtempSync(join(tmpdir(), 'pretok-official-'))
  const [requests, replies] = [join(folder, 'requests'), join(folder, 'replies')]
  execFileSync('mkfifo', [requests, replies])
  // what it says when it ends is of no interest; it ends by itself when its requests do
  spawn(process.execPath, [join(import.meta.dirname, 'officialServer.mjs'), requests, replies], { stdio: 'ignore' }).unref()
  // in the order in which it opens them, since each waits for the other
  const opened = { requests: openSync(requests, 'w'), replies: openSync(replies, 'r') }
  rmSync(folder, { recursive: true })
  return opened
}

/** One line of the engine, or undefined if it ended. */
const readReply = ({ replies }: Engine): string | undefined => {
  const parts: Buffer[] = []
  for (;;) {
    const part = Buffer.alloc(1 << 16)
    const size = readSync(replies, part)
    if (size === 0) return undefined
    parts.push(part.subarray(0, size))
    if (part[size - 1] === 0x0a) return Buffer.concat(parts).toString()
  }
}

/** What HF tokenizers cut texts into; undefined if they refuse the pipeline, or end their process over it. */
export const officialUnlessRefused = (pipeline: Pipeline, texts: readonly string[]): string[][] | undefined =>
  ask({ json: officialJson(pipeline), texts })

/** What tiktoken cuts texts into by a pattern, what it does not match left out; undefined if it refuses the pattern, or an empty match. */
export const tiktokenUnlessRefused = (pattern: string, texts: readonly string[]): string[][] | undefined => ask({ pattern, texts })

const ask = (question: object): string[][] | undefined => {
  engine ??= start()
  const request = Buffer.from(`${JSON.stringify(question)}\n`)
  for (let done = 0; done < request.length;) done += writeSync(engine.requests, request, done)
  const reply = readReply(engine)
  if (reply === undefined) {
    closeSync(engine.requests)
    closeSync(engine.replies)
    engine = undefined
    return undefined
  }
  const { pieces, refusal } = JSON.parse(reply) as { pieces?: string[][]; refusal?: string }
  if (pieces === undefined && !/^(Oniguruma error|fancy-regex refuses)/.test(refusal!)) throw new Error(`the official engine: ${refusal}`)
  return pieces
}

/** What a function makes, or undefined if it is refused by us. */
export const unlessRefused = <Made>(make: () => Made): Made | undefined => {
  try {
    return make()
  } catch (error) {
    if (error instanceof PretokError) return undefined
    throw error
  }
}
