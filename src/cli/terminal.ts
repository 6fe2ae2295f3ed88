/*
 * What stderr can show.
 */

/** Writes a line to stderr. */
export const say = (line: string): void => void process.stderr.write(`${printable(line)}\n`)

/** Whether bars can be drawn: on a terminal that moves its cursor, with somebody in front of it. */
export const canDraw = (): boolean => {
  const { TERM, CI = '' } = process.env
  return process.stderr.isTTY && TERM !== 'dumb' && ['', '0', 'false'].includes(CI)
}

/** A line cut between words for a terminal that is narrower; what follows the first is set in. */
export const fold = (line: string, columns = process.stderr.columns || Infinity): string => {
  if (line.length <= columns) return line
  const at = line.lastIndexOf(' ', columns)
  const isOneWord = at === -1 || line.slice(0, at).trim() === ''
  return isOneWord ? line : `${line.slice(0, at).trimEnd()}\n${fold(SET_IN + line.slice(at).trimStart(), columns)}`
}

const SET_IN = '    '

const CONTROL = /(?![\n\t])\p{Cc}/gu

/** A message in which nothing moves the cursor or changes colours: names of files may have anything in them. Lines and tabs stay. */
export const printable = (message: string): string =>
  message.replace(CONTROL, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`)
