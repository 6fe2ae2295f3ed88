import { PretokError } from '../errors.ts'
import type { Source } from '../types.ts'
import { plainBlocks } from './plainBlocks.ts'
import { inspectSource, type SourceOptions } from './source.ts'

/**
 * Looks at a file before a run, and into it where its name is not enough: what is called .json is JSON Lines more often than not.
 * Throws 'input'.
 */
export const openSource = async (path: string, options: SourceOptions = {}): Promise<Source> => {
  const source = await inspectSource(path, options)
  return source.format === 'json' && options.format === undefined && (await isJsonLines(source)) ? { ...source, format: 'jsonl' } : source
}

const HEAD = 2 ** 18

/** The first bytes of what a source holds, or fewer if it is damaged: that is told when it is read, where errors may be passed over. */
const readHead = async (source: Source): Promise<string> => {
  let head = ''
  try {
    for await (const { bytes } of plainBlocks(source, { source: 0, start: 0, end: source.size }, HEAD)) {
      head += bytes.toString('latin1')
      if (head.length >= HEAD) break
    }
  } catch (error) {
    if (!(error instanceof PretokError) || error.code !== 'data') throw error
  }
  return head
}

/** Whether the first line is a JSON object, and other lines follow. */
export const isJsonLines = async (source: Source): Promise<boolean> => {
  const head = await readHead(source)
  const lineEnd = head.indexOf('\n')
  if (!head.startsWith('{') || lineEnd === -1 || head.slice(lineEnd).trim() === '') return false
  try {
    JSON.parse(head.slice(0, lineEnd))
    return true
  } catch {
    return false
  }
}
