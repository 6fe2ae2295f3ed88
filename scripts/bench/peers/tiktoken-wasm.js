// tiktoken (WebAssembly), r50k_base: encoding, document by document, which is more than pre-tokenizing. Run: node tiktoken-wasm.js FILE
import { documentsOf, reportTokens } from './program.js'
import { get_encoding } from 'tiktoken'

const encoding = get_encoding('r50k_base')
let tokens = 0
for (const document of documentsOf(process.argv[2])) tokens += encoding.encode_ordinary(document).length
reportTokens(tokens)
