// The official engines behind two pipes: reads a request a line, writes the pieces of each text, or why they are refused. A request has texts
// and a tokenizer.json (`json`: HF tokenizers, that is Oniguruma) or a bare pattern (`pattern`: tiktoken, that is fancy-regex). See
// officialProcess.ts.
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import tokenizers from 'tokenizers'

const [requests, replies] = process.argv.slice(2)
const input = openSync(requests, 'r')
const output = openSync(replies, 'w')

const cut = ({ json, pattern, texts }) => {
  try {
    return { pieces: json === undefined ? cutByTiktoken(pattern, texts) : cutByTokenizers(json, texts) }
  } catch (error) {
    return { refusal: error.message }
  }
}

const cutByTokenizers = (json, texts) => {
  const tokenizer = tokenizers.Tokenizer.fromString(json)
  const [normalizer, preTokenizer] = [tokenizer.getNormalizer(), tokenizer.getPreTokenizer()]
  return texts.map((text) => {
    const normalized = normalizer === null ? text : normalizer.normalizeString(text)
    return normalized === '' ? [] : preTokenizer.preTokenizeString(normalized).map(([piece]) => piece)
  })
}

/*
 * tiktoken has no pre-tokenizer of its own to call. With a vocabulary of everything that a text holds, each piece is one token. What it does
 * not like makes it panic, and it is of no use afterwards: then it is loaded anew.
 */

const require = createRequire(import.meta.url)
const wasmFile = require.resolve('tiktoken/lite/tiktoken_bg.wasm')
const codeFile = wasmFile.replace(/wasm$/, 'cjs')
let wasm
let tiktoken

const loadTiktoken = () => {
  wasm ??= new WebAssembly.Module(readFileSync(wasmFile))
  delete require.cache[codeFile]
  const code = require(codeFile)
  code.__wbg_set_wasm(new WebAssembly.Instance(wasm, { './tiktoken_bg.js': code }).exports)
  return code.Tiktoken
}

const cutByTiktoken = (pattern, texts) => {
  const words = new Set(Array.from({ length: 128 }, (_, c) => String.fromCharCode(c)))
  for (const text of texts) {
    const characters = [...text]
    for (let i = 0; i < characters.length; i++)
      for (let end = i + 1; end <= characters.length; end++) words.add(characters.slice(i, end).join(''))
  }
  const vocabulary = [...words]
  const ranks = `! 0 ${vocabulary.map((word) => Buffer.from(word).toString('base64')).join(' ')}`
  try {
    tiktoken ??= loadTiktoken()
    const encoder = new tiktoken(ranks, {}, pattern)
    try {
      return texts.map((text) => [...encoder.encode_ordinary(text)].map((token) => vocabulary[token]))
    } finally {
      encoder.free()
    }
  } catch {
    tiktoken = undefined
    throw new Error(`fancy-regex refuses ${pattern}`)
  }
}

const buffer = Buffer.alloc(1 << 16)
let parts = []
for (let size = readSync(input, buffer); size > 0; size = readSync(input, buffer)) {
  parts.push(Buffer.from(buffer.subarray(0, size)))
  if (buffer[size - 1] !== 0x0a) continue
  const reply = Buffer.from(`${JSON.stringify(cut(JSON.parse(Buffer.concat(parts).toString())))}\n`)
  parts = []
  for (let done = 0; done < reply.length;) done += writeSync(output, reply, done)
}
closeSync(output)
