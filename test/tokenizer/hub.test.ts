import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createSplitter } from '../../src/createSplitter.ts'
import { loadTokenizer } from '../../src/tokenizer/resolve.ts'
import { pretok } from '../support/command.ts'
import { addedToken, tokenizerJson } from '../support/tokenizerJson.ts'
import { temporaryFolder } from '../support/temporary.ts'

// a server of our own stands in for the hub
const { folder } = temporaryFolder()
const FILE = JSON.stringify(
  tokenizerJson({
    added_tokens: [addedToken('<|end|>')],
    pre_tokenizer: { type: 'Split', pattern: { Regex: '\\p{N}' }, behavior: 'Isolated', invert: false },
  }),
)
const requests: string[] = []
const server = createServer(({ url }, response) => {
  requests.push(url!)
  const status = /gated/.test(url!) ? 401 : /missing/.test(url!) ? 404 : /broken/.test(url!) ? 500 : 200
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(status !== 200 ? '{}' : /damaged/.test(url!) ? FILE.slice(0, 50) : FILE)
})
let address: string
let cache: string
let caches = 0

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
beforeEach(() => {
  cache = join(folder, `cache${caches++}`)
  Object.assign(process.env, { HF_ENDPOINT: address, TRANSFORMERS_CACHE: cache })
  delete process.env.HF_HUB_OFFLINE
  requests.length = 0
})
afterAll(() => {
  for (const name of ['HF_ENDPOINT', 'TRANSFORMERS_CACHE', 'HF_HUB_OFFLINE']) delete process.env[name]
  server.close()
})

describe('a hub id', () => {
  test('is fetched once, and kept', async () => {
    const pipeline = await loadTokenizer('some-org/Model-1.5')
    expect(pipeline).toMatchObject({
      name: 'some-org/Model-1.5',
      specialTokens: ['<|end|>'],
      stages: [{ kind: 'split', pattern: '\\p{N}', behavior: 'isolated' }],
    })
    expect(createSplitter(pipeline).split('a12')).toEqual(['a', '1', '2'])
    expect(requests).toEqual(['/some-org/Model-1.5/resolve/main/tokenizer.json'])
    expect(readFileSync(join(cache, 'some-org/Model-1.5/tokenizer.json'), 'utf8')).toBe(FILE)
    expect(await loadTokenizer('some-org/Model-1.5')).toEqual(pipeline)
    expect(requests).toHaveLength(1)
  })

  test('may have a revision', async () => {
    await loadTokenizer('some-org/model@v2.0')
    expect(requests).toEqual(['/some-org/model/resolve/v2.0/tokenizer.json'])
    expect(existsSync(join(cache, 'some-org/model/v2.0/tokenizer.json'))).toBe(true)
  })

  test('offline it comes from the cache, or not at all', async () => {
    await loadTokenizer('some-org/model')
    process.env.HF_HUB_OFFLINE = '1'
    expect((await loadTokenizer('some-org/model')).name).toBe('some-org/model')
    await expect(loadTokenizer('some-org/other')).rejects.toThrow(
      `tokenizer "some-org/other": it is neither in the cache (${cache}) nor among the local models`,
    )
    expect(requests).toHaveLength(1)
  })

  test("comes from the package's folder of local models first", async () => {
    const { env } = await import('@xenova/transformers/src/env.js')
    const before = env.localModelPath
    env.localModelPath = join(folder, 'models')
    mkdirSync(join(env.localModelPath, 'my-org/model'), { recursive: true })
    writeFileSync(join(env.localModelPath, 'my-org/model/tokenizer.json'), FILE)
    try {
      expect((await loadTokenizer('my-org/model')).specialTokens).toEqual(['<|end|>'])
      expect(requests).toEqual([])
    } finally {
      env.localModelPath = before
    }
  })

  test.each([
    ['some-org/gated', 'set HF_TOKEN to a token of an account that may'],
    ['some-org/missing', 'has no tokenizer.json for it (Could not locate file'],
    ['some-org/broken', 'it cannot be fetched from http://127.0.0.1'],
    ['some-org/damaged', 'it is no JSON'],
  ])('%s: %s', async (name, message) => {
    await expect(loadTokenizer(name)).rejects.toThrow(message)
    await expect(loadTokenizer(name)).rejects.toMatchObject({ code: 'tokenizer' })
  })

  test('a damaged file in the cache is named', async () => {
    await expect(loadTokenizer('some-org/damaged')).rejects.toThrow(`kept as ${join(cache, 'some-org/damaged/tokenizer.json')}`)
  })

  test('without a network the host is named', async () => {
    process.env.HF_ENDPOINT = 'http://127.0.0.1:1/'
    await expect(loadTokenizer('some-org/model')).rejects.toThrow(
      /^tokenizer "some-org\/model": http:\/\/127\.0\.0\.1:1\/ cannot be reached \(.+\)\. Offline, give the path of a tokenizer\.json$/,
    )
  })

  test('has to be fetched before it can be used at once', () => {
    expect(() => createSplitter('some-org/model')).toThrow(
      'a hub id has to be fetched first: createSplitter(await loadTokenizer("some-org/model"))',
    )
  })
})

describe('without the package', () => {
  test('it says what to install, and what to do without', () => {
    // a loader that does not find it
    const hooks =
      'export const resolve = (name, context, next) => { if (!name.startsWith("@xenova/")) return next(name, context); ' +
      `throw Object.assign(new Error("Cannot find package '@xenova/transformers'"), { code: "ERR_MODULE_NOT_FOUND" }) }`
    const asUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`
    const loader = asUrl(`import { register } from 'node:module'; register(${JSON.stringify(asUrl(hooks))})`)
    const { code, stderr } = pretok(['split', 'x', '-t', 'some-org/model'], { env: { NODE_OPTIONS: `--import ${loader}` } })
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /the package @xenova\/transformers is not installed: npm install @xenova\/transformers\. Or get some-org\/model\/tokenizer\.json/,
    )
  })
})
