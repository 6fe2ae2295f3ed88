// @huggingface/tokenizers, its own pre-tokenizer, document by document. Run: node huggingface-js.js FILE
import { readFileSync } from 'node:fs'
import { Tokenizer } from '@huggingface/tokenizers'
import { peakMemory } from './peak.js'

const tokenizer = new Tokenizer(
  {
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: null,
    model: { type: 'BPE', vocab: {}, merges: [], unk_token: null },
  },
  {},
)
const counts = new Map()
for (const document of readFileSync(process.argv[2], 'utf8').split('<|endoftext|>'))
  if (document !== '') for (const piece of tokenizer.pre_tokenizer(document)) counts.set(piece, (counts.get(piece) ?? 0) + 1)
console.log(
  JSON.stringify({
    distinct: counts.size,
    total: [...counts.values()].reduce((sum, count) => sum + count, 0),
    rss: peakMemory(),
  }),
)
