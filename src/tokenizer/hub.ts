import { join } from 'node:path'
import { PretokError } from '../errors.ts'
import type { Pipeline } from '../types.ts'
import { readTokenizerText } from './tokenizerFile.ts'

/*
 * Tokenizers by hub id, through the package @xenova/transformers, which fetches and keeps files. It is an optional peer: it is loaded when
 * an id is asked for, and only those parts of it. Its settings hold (env.localModelPath, env.cacheDir, env.allowRemoteModels, …); so do
 * the environment variables HF_TOKEN (which it sends to the hub itself and to nobody else), and these:
 *
 *   HF_ENDPOINT         another host to fetch from
 *   HF_HUB_OFFLINE=1    fetch nothing; only what is in the cache or the folder of local models
 *   TRANSFORMERS_CACHE  the folder where fetched files are kept
 */

const PACKAGE = '@xenova/transformers'

/** What is used of the package; it has no types for these modules. */
interface Hub {
  env: { remoteHost: string; cacheDir: string; localModelPath: string }
  getModelFile(id: string, file: string, fatal: boolean, options: FetchOptions): Promise<Uint8Array>
}

interface FetchOptions {
  revision: string
  cache_dir: string
  local_files_only: boolean
}

/** An owner and a name, and perhaps a revision: `Qwen/Qwen2.5-7B`, `Qwen/Qwen2.5-7B@main`. */
const HUB_ID = /^([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@([\w.-]+))?$/

export const isHubId = (name: string): boolean => HUB_ID.test(name)

/**
 * The pipeline of the tokenizer.json of a model on the hub.
 *
 * @throws PretokError 'tokenizer' if the package is not installed, the file cannot be had, or its tokenizer cannot be honoured exactly
 */
export const readHubTokenizer = async (name: string): Promise<Pipeline> => {
  const [, id, revision = 'main'] = HUB_ID.exec(name)!
  const hub = await loadHub(name)
  const { HF_ENDPOINT, HF_HUB_OFFLINE, TRANSFORMERS_CACHE } = process.env
  if (HF_ENDPOINT) hub.env.remoteHost = HF_ENDPOINT
  const cache = TRANSFORMERS_CACHE || hub.env.cacheDir
  const isOffline = Boolean(HF_HUB_OFFLINE) && HF_HUB_OFFLINE !== '0'
  const bytes = await fetchFile(hub, name, id, { revision, cache_dir: cache, local_files_only: isOffline })
  const kept = join(cache, id, ...(revision === 'main' ? [] : [revision]), 'tokenizer.json')
  return { ...readTokenizerText(new TextDecoder().decode(bytes), `tokenizer.json of ${name} (kept as ${kept})`), name }
}

const loadHub = async (name: string): Promise<Hub> => {
  // names that the compiler does not follow: the package need not be there
  const load = (module: string): Promise<unknown> => import(`${PACKAGE}/src/${module}`)
  try {
    const { env } = (await load('env.js')) as Pick<Hub, 'env'>
    const { getModelFile } = (await load('utils/hub.js')) as Pick<Hub, 'getModelFile'>
    return { env, getModelFile }
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND' && (error as Error).message.includes(PACKAGE)
    const reason = isMissing
      ? `the package ${PACKAGE} is not installed`
      : `the package ${PACKAGE} cannot be loaded (${(error as Error).message})`
    throw new PretokError(
      'tokenizer',
      `tokenizer ${JSON.stringify(name)}: hub ids are fetched by ${PACKAGE}, and ${reason}: npm install ${PACKAGE}. ` +
        `Or get ${name}/tokenizer.json yourself and give its path. (It is no preset and no file here.)`,
      { cause: error },
    )
  }
}

const fetchFile = async ({ env, getModelFile }: Hub, name: string, id: string, options: FetchOptions): Promise<Uint8Array> => {
  try {
    return await getModelFile(id, 'tokenizer.json', true, options)
  } catch (error) {
    throw new PretokError('tokenizer', `tokenizer ${JSON.stringify(name)}: ${explain(error as Error, env, options)}`, { cause: error })
  }
}

/** What the package's errors mean, and the way out. */
const explain = ({ message, cause }: Error, { remoteHost, localModelPath }: Hub['env'], options: FetchOptions): string => {
  if (/^(?:Unauthorized|Forbidden)/.test(message))
    return `the hub lets nobody see it without leave (${message}); set HF_TOKEN to a token of an account that may, and look whether the name is right`
  if (message.startsWith('Could not locate file'))
    return `${remoteHost} has no tokenizer.json for it (${message}); is the name right? Some models have only a SentencePiece file`
  if (message.includes('allowRemoteModels'))
    return `it is neither in the cache (${options.cache_dir}) nor among the local models (${localModelPath}), and nothing is fetched offline`
  if (message === 'fetch failed')
    return `${remoteHost} cannot be reached (${(cause as Error | undefined)?.message || message}). Offline, give the path of a tokenizer.json`
  return `it cannot be fetched from ${remoteHost}: ${message}`
}
