import { parseAst } from 'rolldown/parseAst'

/** From so many characters on, a line ends where the next statement begins. */
const LONG = 160

/** What holds statements, or members of a class, one after another. */
const LISTS = { Program: 'body', BlockStatement: 'body', StaticBlock: 'body', ClassBody: 'body', SwitchCase: 'consequent' }

/** Where statements begin, in order: a line break there changes nothing. */
const starts = (node, found = []) => {
  if (Array.isArray(node)) for (const one of node) starts(one, found)
  else if (node !== null && typeof node === 'object') {
    for (const one of node[LISTS[node.type]] ?? []) found.push(one.start)
    for (const [name, value] of Object.entries(node)) if (name !== 'type') starts(value, found)
  }
  return found
}

/** Node prints the line of an error that nobody catches. Without white space a line would be a whole module. */
const breakLines = (code) => {
  let lineStart = 0
  let broken = ''
  for (const start of starts(parseAst(code, { lang: 'js' })).sort((a, b) => a - b)) {
    const line = code.slice(lineStart, start)
    if (line.length < LONG) continue
    broken += `${line}\n`
    lineStart = start
  }
  return broken + code.slice(lineStart)
}

export const shortLines = {
  name: 'short-lines',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk') chunk.code = breakLines(chunk.code)
  },
}
