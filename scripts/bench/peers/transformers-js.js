// @xenova/transformers, its own pre-tokenizer, document by document. Run: node transformers-js.js FILE
import { documentsOf, GPT2_CONFIGURATION, report } from './program.js'
import { PreTrainedTokenizer } from '@xenova/transformers/src/tokenizers.js'

const tokenizer = new PreTrainedTokenizer(GPT2_CONFIGURATION, {})
const counts = new Map()
for (const document of documentsOf(process.argv[2]))
  if (document !== '') for (const piece of tokenizer.pre_tokenizer(document)) counts.set(piece, (counts.get(piece) ?? 0) + 1)
report(counts)
