// The official engine by its binding for Node (npm tokenizers), document by document. Run: node tokenizers-rust.js FILE
import { readFileSync } from 'node:fs'
import { peakMemory } from './peak.js'
import tokenizers from 'tokenizers'

const preTokenizer = tokenizers.byteLevelPreTokenizer(false, true)
const counts = new Map()
for (const document of readFileSync(process.argv[2], 'utf8').split('<|endoftext|>'))
  if (document !== '') for (const [piece] of preTokenizer.preTokenizeString(document)) counts.set(piece, (counts.get(piece) ?? 0) + 1)
console.log(
  JSON.stringify({
    distinct: counts.size,
    total: [...counts.values()].reduce((sum, count) => sum + count, 0),
    rss: peakMemory(),
  }),
)
