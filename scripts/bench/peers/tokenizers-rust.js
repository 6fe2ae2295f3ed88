// The official engine by its binding for Node (npm tokenizers), document by document. Run: node tokenizers-rust.js FILE
import { documentsOf, report } from './program.js'
import tokenizers from 'tokenizers'

const preTokenizer = tokenizers.byteLevelPreTokenizer(false, true)
const counts = new Map()
for (const document of documentsOf(process.argv[2]))
  if (document !== '') for (const [piece] of preTokenizer.preTokenizeString(document)) counts.set(piece, (counts.get(piece) ?? 0) + 1)
report(counts)
