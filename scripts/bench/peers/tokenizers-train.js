// The official engine trains a vocabulary on the file, by its binding for Node: it reads, pre-tokenizes and counts as pretok does (on all
// cores), but cuts at lines and then finds 30,000 merges; the binding can neither leave them out nor tell counts. Run: node tokenizers-train.js FILE
import tokenizers from 'tokenizers'
import { GPT2_CONFIGURATION } from './program.js'

const tokenizer = tokenizers.Tokenizer.fromString(JSON.stringify({ version: '1.0', ...GPT2_CONFIGURATION }))
tokenizer.train([process.argv[2]])
console.log(JSON.stringify({ vocabulary: tokenizer.getVocabSize() }))
