// The official engine behind two pipes: reads a tokenizer.json and texts a line, writes the pieces of each text, or why it refuses. See
// officialProcess.ts.
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import tokenizers from 'tokenizers'

const [requests, replies] = process.argv.slice(2)
const input = openSync(requests, 'r')
const output = openSync(replies, 'w')

const cut = ({ json, texts }) => {
  try {
    const tokenizer = tokenizers.Tokenizer.fromString(json)
    const [normalizer, preTokenizer] = [tokenizer.getNormalizer(), tokenizer.getPreTokenizer()]
    return {
      pieces: texts.map((text) => {
        const normalized = normalizer === null ? text : normalizer.normalizeString(text)
        return normalized === '' ? [] : preTokenizer.preTokenizeString(normalized).map(([piece]) => piece)
      }),
    }
  } catch (error) {
    return { refusal: error.message }
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
