// gpt-tokenizer (JavaScript), r50k_base: encoding, document by document, which is more than pre-tokenizing. Run: node gpt-tokenizer.js FILE
import { documentsOf, reportTokens } from './program.js'
import { encode } from 'gpt-tokenizer/encoding/r50k_base'

let tokens = 0
for (const document of documentsOf(process.argv[2])) tokens += encode(document).length
reportTokens(tokens)
