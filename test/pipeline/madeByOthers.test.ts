import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
// workers run from dist, so that is what is tested here
import { pretokenize } from '../../dist/index.js'
import { compressBy, hasProgram } from '../support/compress.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { troublesomeText } from '../support/texts.ts'

const { folder, file } = temporaryFolder()
const END = '<|endoftext|>'
const TEXTS = fc
  .sample(troublesomeText(20), { numRuns: 300, seed: 3 })
  .map((text, i) => `${text.toWellFormed()}${i % 9 === 0 ? '\r\n"a", b\n' : ''}`)
const texts = file('texts.json', JSON.stringify(TEXTS))
const expected = [...(await pretokenize(file('texts.txt', TEXTS.join(END)), [END]))]

/** Runs a Python program with the texts as `texts` and a path as `out`. */
const byPython = (name: string, program: string): string => {
  const out = join(folder, name)
  const setup = `import sys, json, csv, gzip, bz2, lzma\ntexts = json.load(open(sys.argv[1], encoding='utf-8'))\nout = sys.argv[2]\n`
  execFileSync('python3', ['-c', setup + program, texts, out])
  return out
}

const check = async (path: string): Promise<void> => {
  const counts = await pretokenize(path, [END], { chunkBytes: 5000 })
  expect([...counts]).toEqual(expected)
}

describe.skipIf(!hasProgram('python3'))('files made by Python', () => {
  test.each([
    ['ascii.jsonl', "open(out, 'w').writelines(json.dumps({'text': t}) + '\\n' for t in texts)"],
    ['utf8.jsonl', "open(out, 'w', encoding='utf-8').writelines(json.dumps({'text': t}, ensure_ascii=False) + '\\n' for t in texts)"],
    ['array.json', "json.dump([{'text': t} for t in texts], open(out, 'w'))"],
    ['indented.json', "json.dump([{'text': t} for t in texts], open(out, 'w', encoding='utf-8'), indent=2, ensure_ascii=False)"],
    ['excel.csv', "csv.writer(open(out, 'w', newline='', encoding='utf-8-sig')).writerows([['text']] + [[t] for t in texts])"],
    [
      'all.csv',
      "csv.writer(open(out, 'w', newline=''), quoting=csv.QUOTE_ALL, lineterminator='\\n').writerows([['n', 'text']] + [[1, t] for t in texts])",
    ],
    ['tab.tsv', "csv.writer(open(out, 'w', newline=''), dialect='excel-tab').writerows([['text', 'n']] + [[t, 1] for t in texts])"],
    ['lines.jsonl.gz', "gzip.open(out, 'wt').writelines(json.dumps({'text': t}) + '\\n' for t in texts)"],
    ['lines.jsonl.bz2', "bz2.open(out, 'wt').writelines(json.dumps({'text': t}) + '\\n' for t in texts)"],
    ['lines.jsonl.xz', "lzma.open(out, 'wt').writelines(json.dumps({'text': t}) + '\\n' for t in texts)"],
  ])('%s', async (name, program) => {
    const needed = name.endsWith('.bz2') ? 'bzip2' : name.endsWith('.xz') ? 'xz' : undefined
    if (needed !== undefined && !hasProgram(needed)) return console.warn(`${name}: not tested, for ${needed} is not installed`)
    await check(byPython(name, program))
  })
})

describe.skipIf(!hasProgram('jq'))('files made by jq', () => {
  test.each([
    ['compact.jsonl', ['-c', '.[] | {id: 1, text: .}']],
    ['ascii.jsonl', ['-c', '-a', '.[] | {text: .}']],
    ['pretty.json', ['.[] | {text: .}']],
    ['array.json', ['--tab', 'map({text: .})']],
  ])('%s', async (name, args) => check(file(name, compressBy('jq', args, JSON.stringify(TEXTS)))))
})

test.skipIf(!hasProgram('gzip'))('gzip of the system, and several members one after another', async () => {
  const rows = TEXTS.map((text) => `${JSON.stringify({ text })}\n`)
  const parts = [rows.slice(0, 100), rows.slice(100)].map((part) => compressBy('gzip', ['-9', '--stdout'], part.join('')))
  await check(file('parts.jsonl.gz', Buffer.concat(parts)))
})
