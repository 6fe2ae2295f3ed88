// What one writes first: the whole file as a string, a RegExp with the host's Unicode, a Map. Run: node regexp-and-map.js FILE
import { documentsOf, report } from './program.js'

const GPT2 = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu
const counts = new Map()
for (const document of documentsOf(process.argv[2]))
  for (const [piece] of document.matchAll(GPT2)) counts.set(piece, (counts.get(piece) ?? 0) + 1)
report(counts)
