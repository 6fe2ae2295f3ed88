// @huggingface/tokenizers, its own pre-tokenizer, document by document. Run: node huggingface-js.js FILE
import { Tokenizer } from '@huggingface/tokenizers'
import { documentsOf, GPT2_CONFIGURATION, report } from './program.js'

const tokenizer = new Tokenizer(GPT2_CONFIGURATION, {})
const counts = new Map()
for (const document of documentsOf(process.argv[2]))
  if (document !== '') for (const piece of tokenizer.pre_tokenizer(document)) counts.set(piece, (counts.get(piece) ?? 0) + 1)
report(counts)
