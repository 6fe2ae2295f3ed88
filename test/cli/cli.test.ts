import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pretok, shell, startPretok } from '../support/command.ts'
import { parquet } from '../support/parquet.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { tokenizerJson } from '../support/tokenizerJson.ts'

const { file, folder } = temporaryFolder()
const CORPUS = file('corpus.txt', "it's 2026<|endoftext|>it's not\n<|endoftext|>\n")
const big = (): string => file('big.txt', `${'Once upon a time there was a dog, 1234 of them.\n'.repeat(40)}<|endoftext|>`.repeat(12_000))

describe('count', () => {
  test('writes counts, a receipt, and says what it did', () => {
    const out = join(folder, 'counts.json')
    const receiptPath = join(folder, 'receipt.json')
    const { code, stdout, stderr } = pretok(['count', CORPUS, '-o', out, '--receipt', receiptPath])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual({ "'s": 2, '\n': 2, it: 2, ' 2026': 1, ' not': 1 })
    expect(JSON.parse(readFileSync(receiptPath, 'utf8'))).toMatchObject({
      tokenizer: 'gpt2',
      engine: 'simd',
      documents: 3,
      pieces: 8,
      distinct: 5,
      bytes: { read: 45, special: 26, pieces: 19 },
    })
    expect(stderr).toContain('wrote')
    expect(stderr).toMatch(/read +45 bytes/)
  })

  test('pretok FILE is short for it; without -o everything goes to stdout', () => {
    const { code, stdout } = pretok([CORPUS, '-q'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ it: 2 })
  })

  test('several outputs, formats, stdout', () => {
    const [tsv, csv] = ['counts.tsv', 'counts.csv'].map((name) => join(folder, name))
    const { stdout } = pretok(['count', CORPUS, '-o', tsv, '-o', csv, '-o', '-', '-q'])
    expect(JSON.parse(stdout)).toMatchObject({ it: 2 })
    expect(readFileSync(tsv, 'utf8')).toBe("piece\tcount\n\\n\t2\n's\t2\nit\t2\n 2026\t1\n not\t1\n")
    expect(readFileSync(csv, 'utf8')).toBe('piece,count\n"\n",2\n"\'s",2\n"it",2\n" 2026",1\n" not",1\n')
    expect(pretok(['count', CORPUS, '--output-format', 'jsonl', '-o', '-', '-q']).stdout.split('\n')[0]).toBe('{"piece":"\\n","count":2}')
  })

  test("special tokens: the tokenizer's own and those given; or only those given", () => {
    const path = file('special.txt', 'a<|endoftext|>b<|x|>c')
    const count = (...args: string[]): object => JSON.parse(pretok(['count', path, '-q', ...args]).stdout) as object
    expect(count('-s', '<|x|>')).toEqual({ a: 1, b: 1, c: 1 })
    expect(count('-s', '<|x|>', '--no-default-special-tokens')).toEqual({ a: 1, '<|': 1, endoftext: 1, '|>': 1, b: 1, c: 1 })
    expect(count('--no-default-special-tokens', '-s', '<|x|>', '-s', '<|endoftext|>')).toEqual({ a: 1, b: 1, c: 1 })
  })

  test('a pattern of one’s own; what it does not match is accounted for', () => {
    const { stdout, stderr } = pretok(['count', CORPUS, '-p', '\\p{L}+', '-s', '<|endoftext|>'])
    expect(JSON.parse(stdout)).toEqual({ it: 2, s: 2, not: 1 })
    expect(stderr).toContain('10 bytes are in no pre-token')
    expect(
      JSON.parse(pretok(['count', CORPUS, '-p', '\\p{L}+', '--pattern-style', 'huggingface', '-s', '<|endoftext|>']).stdout),
    ).toMatchObject({ ' 2026': 1, '\n': 2, "'": 2 })
  })

  test('--log json writes only JSON lines to stderr', () => {
    const { stderr } = pretok(['count', CORPUS, '--log', 'json', '-o', join(folder, 'log.json')])
    const events = stderr
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: string }).event)
    expect(events).toEqual(expect.arrayContaining(['receipt', 'note']))
    const failed = pretok(['count', 'missing.txt', '--log', 'json'])
    expect(JSON.parse(failed.stderr)).toEqual({ event: 'error', time: expect.any(String) as string, code: 'input', message: 'reading missing.txt: no such file' })
  })

  test('what cannot be is refused without a warning before', () => {
    const stderr = 'pretok: pattern: the empty pattern matches no text\n'
    expect(pretok(['count', CORPUS, '-p', ''])).toEqual({ code: 2, stdout: '', stderr })
  })

  test('one is one', () => {
    const path = file('invalid.txt', Buffer.from([0x61, 0xff]))
    expect(pretok(['count', path]).stderr).toContain('invalid UTF-8: 1 sequence of 1 byte, policy replace')
  })

  test('--quiet says nothing', () => expect(pretok(['count', CORPUS, '-q']).stderr).toBe(''))

  test('--on-error skip finishes with exit code 3', () => {
    const path = file('bad.txt', Buffer.concat([Buffer.from('good<|endoftext|>'), Buffer.from([0xff])]))
    expect(pretok(['count', path, '--errors', 'strict']).code).toBe(1)
    const { code, stderr } = pretok(['count', path, '--errors', 'strict', '--on-error', 'skip'])
    expect(code).toBe(3)
    expect(stderr).toContain('SKIPPED')
  })

  test('places in Parquet are called rows, those in other files bytes', () => {
    const rows = file('rows.parquet', parquet(['good', null]))
    const lines = file('lines.jsonl', Buffer.from('{"text":"a\xff"}\n{"text":1}\n', 'latin1'))
    const { code, stderr } = pretok(['count', rows, lines, '--on-error', 'skip'])
    expect(code).toBe(3)
    expect(stderr).toContain(`SKIPPED a record, ${rows}, row 1: the field "text" is null`)
    expect(stderr).toContain(`SKIPPED a record, ${lines}, byte 14: the field "text" is no string`)
    expect(stderr).toContain(`first at ${lines} byte 10`)
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('%s stops it with exit code 130 and leaves nothing', async (signal) => {
    const out = join(folder, 'stopped.json')
    // slow enough to be still counting when the signal comes
    const { child, ended, saw } = startPretok(['count', big(), '-n', '2', '--engine', 'reference', '-o', out, '--log', 'json'])
    await saw('"progress"')
    child.kill(signal)
    const { code, stderr } = await ended
    expect(code).toBe(130)
    expect(JSON.parse(stderr.trim().split('\n').at(-1)!)).toEqual({
      event: 'error',
      time: expect.any(String) as string,
      code: 'interrupted',
      message: 'counting: stopped before the end; nothing was written',
    })
    expect(readdirSync(folder).filter((name) => name.includes('stopped'))).toEqual([])
  })

  test.skipIf(!existsSync('/dev/full'))('a full disk is an error', () => {
    const { code, stderr } = pretok(['count', CORPUS, '-o', '/dev/full', '--output-format', 'json'])
    expect(code).toBe(1)
    expect(stderr).toContain('writing /dev/full: no space left on the device')
  })

  test('a reader that stops early is no error, and the files are written all the same', () => {
    const [counts, receipt] = ['early.json', 'early-receipt.json'].map((name) => join(folder, name))
    const words = file('words.txt', Array.from({ length: 50_000 }, (_, i) => `w${i.toString(26).replace(/\d/g, 'z')}x`).join(' '))
    const { code, stderr } = shell(`"$PRETOK" count ${words} -q -o - -o ${counts} --receipt ${receipt} | head -1`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect([counts, receipt].map((path) => existsSync(path))).toEqual([true, true])
  })

  test('without anybody to read its messages it goes on', () => {
    const out = join(folder, 'unheard.json')
    expect(shell(`"$PRETOK" count ${CORPUS} -o ${out} 2>&1 >/dev/null | true`).code).toBe(0)
    expect(existsSync(out)).toBe(true)
  })

  test('the receipt can go to stdout', () => {
    expect(JSON.parse(pretok(['count', CORPUS, '--receipt', '-', '-q']).stdout)).toMatchObject({ pieces: 8 })
    expect(pretok(['count', CORPUS, '-s', '-', '-q']).code).toBe(0)
  })
})

describe('bad usage', () => {
  test.each([
    [['count'], 2, 'count: INPUT must be given'],
    [['merge', '-o', 'all.json'], 2, 'merge: COUNTS must be given'],
    [['diff'], 2, 'diff: A and B must be given'],
    [['diff', 'a.json'], 2, 'diff: B must be given'],
    [['generate', 'made.txt'], 2, '--size must be given'],
    [[], 2, 'a command or a file is needed'],
    [['cuont', CORPUS], 2, 'cuont: there is no such command and no such file (did you mean pretok count?)'],
    [['count', CORPUS, '--numProcesses=2'], 2, 'unknown option --numProcesses (did you mean --num-processes?)'],
    [['count', CORPUS, '--specail', 'x'], 2, 'unknown option --specail (did you mean --special?)'],
    [['count', CORPUS, '-t', 'llama33'], 2, 'did you mean llama3?'],
    [['count', CORPUS, '-p', '[a'], 2, 'pattern: unclosed class at 0 in "[a"'],
    [['count', CORPUS, ''], 2, 'reading the input: the name of a file is empty'],
    [['top', ''], 2, 'the name of the file is empty'],
    [['count', CORPUS, '--include', ''], 2, '--include: the empty regex finds something in all pieces'],
    [['count', CORPUS, '--exclude', ''], 2, '--exclude: the empty regex finds something in all pieces'],
    [['count', CORPUS, '-p', 'a', '-t', 'gpt2'], 2, 'give either --tokenizer or --pattern, not both'],
    [['count', CORPUS, '-n', 'x'], 2, '--num-processes "x": a number is needed'],
    [['count', CORPUS, '-n', '0'], 2, 'pretok: --num-processes: 0 is no whole number'],
    [['count', CORPUS, '--text-field', 'a..b'], 2, 'pretok: --text-field: "a..b" has an empty name in it'],
    [['count', CORPUS, '-m', '1e9'], 2, 'pretok: --max-memory-gb: 1000000000 GiB are too many; 1048576 are the most'],
    [['count', CORPUS, '-n', '2', '-n', '3'], 2, '--num-processes was given 2 times'],
    [['count', CORPUS, '--chunk-bytes', '3 apples'], 2, '--chunk-bytes'],
    [['count', CORPUS, '--errors', 'maybe'], 2, '--errors "maybe": replace, strict or ignore is needed'],
    [['count', CORPUS, '-o', 'counts.xml'], 2, 'no format for counts is known by the ending of "counts.xml"'],
    [['count', CORPUS, '-o', '/nowhere/counts.json'], 1, 'writing /nowhere/counts.json: there is no folder /nowhere'],
    [['count', 'missing.txt'], 1, 'reading missing.txt: no such file'],
    [['count', join(folder, '*.nothing')], 1, 'no such file, and as a pattern it matches none'],
    [['count', '/dev/null'], 1, 'it is no regular file'],
    [['count', CORPUS, '-t', 'some/tokenizer.json'], 2, 'reading tokenizer some/tokenizer.json: no such file'],
    [['count', CORPUS, '-t', 't5'], 2, "give the model's tokenizer.json instead"],
    [['count', CORPUS, '--', '-missing.txt'], 1, 'reading ./-missing.txt: no such file'],
    [['--', '--errors'], 1, 'reading ./--errors: no such file'],
    [['count', CORPUS, '-s', '--', CORPUS], 2, '-s needs a value'],
    [['count', '-q', '--', '-missing.txt'], 1, 'reading ./-missing.txt: no such file'],
    [['count', CORPUS, '-o'], 2, '-o needs a value\n'],
    [['count', CORPUS, '-s', '-f'], 2, '-s needs a value; one that begins with - is written -s=-f\n'],
    [['count', CORPUS, '-s', 'a', '-s', '---'], 2, '-s needs a value; one that begins with - is written -s=---\n'],
    [['count', CORPUS, '--special', '--<|x|>'], 2, "is written --special='--<|x|>'\n"],
    [['count', CORPUS, '--errors', 'ignore', '--errors', 'strict'], 2, '--errors was given 2 times'],
    [['count', CORPUS, '-o', CORPUS, '--output-format', 'json'], 2, 'it would replace the input'],
    [['count', CORPUS, '--receipt', CORPUS], 2, 'it would replace the input'],
    [
      ['count', CORPUS, '-o', join(folder, 'same.json'), '-o', join(folder, '../', folder.split('/').at(-1)!, 'same.json')],
      2,
      'it would replace the output',
    ],
    [['count', CORPUS, '-o', join(folder, 'same.json'), '--receipt', join(folder, 'same.json')], 2, 'it would replace the output'],
    [['count', CORPUS, '-o', '-', '--receipt', '-'], 2, 'two results go there; write one of them to a file'],
    [['top', 'a.json', 'b.json'], 2, 'unexpected "b.json"'],
    [['merge', 'a.json', '-o', '-', '-m', '0.0001'], 2, '--max-memory-gb: 0.0001 GiB are too little; 0.001 are the least to merge with'],
    [['split', '--jsonl', 'x'], 2, '--jsonl reads from standard input'],
    [['split', 'a', '--', 'b'], 2, 'unexpected "b": one TEXT is split'],
  ])('%j', (args, code, message) => {
    const outcome = pretok(args)
    expect(outcome.stderr).toContain(message)
    expect(outcome.code).toBe(code)
    expect(outcome.stdout).toBe('')
  })
})

describe('split', () => {
  test('one JSON string a line', () => {
    expect(pretok(['split', "it's 2026"]).stdout).toBe('"it"\n"\'s"\n" 2026"\n')
    expect(pretok(['split', '-t', 'qwen2'], { input: 'e\u0301 12' }).stdout).toBe('"é"\n" "\n"1"\n"2"\n')
    expect(pretok(['split', 'é ü', '--byte-level']).stdout).toBe('"Ã©"\n"ĠÃ¼"\n')
  })

  test('- is standard input, and -- goes before a text that begins with -', () => {
    expect(pretok(['split', '-'], { input: 'a b' }).stdout).toBe('"a"\n" b"\n')
    expect(pretok(['split', '--jsonl', '-'], { input: '"a b"' }).stdout).toBe('["a"," b"]\n')
    expect(pretok(['split', '-s', 'b', '--', '-x b']).stdout).toBe('"-"\n"x"\n" "\n')
    expect(pretok(['split', '--', '-']).stdout).toBe('"-"\n')
    expect(pretok(['split', '--', '--']).stdout).toBe('"--"\n')
    expect(pretok(['split', '']).stdout).toBe('')
  })

  test('--jsonl: a JSON array for each JSON string, also for those with special tokens and line ends', () => {
    const texts = ['', 'a b', 'x<|endoftext|>y', 'line\nline\u2028line\u0085', '\ud800x', '日本 語']
    const { stdout } = pretok(['split', '--jsonl'], { input: texts.map((text) => JSON.stringify(text)).join('\n') })
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as string[]),
    ).toEqual([[], ['a', ' b'], ['x', 'y'], ['line', '\n', 'line', '\u2028', 'line', '\u0085'], ['\ufffd', 'x'], ['日本', ' 語']])
  })

  test('a long text, and one in pieces', () => {
    const text = 'word '.repeat(200_000)
    expect(pretok(['split'], { input: text }).stdout.split('\n').length).toBe(200_002)
  })

  test('--engine: all tiers give the same; one that cannot do the pattern says so', () => {
    for (const engine of ['auto', 'automaton', 'simd', 'reference']) expect(pretok(['split', 'a b', '--engine', engine]).stdout).toBe('"a"\n" b"\n')
    expect(pretok(['split', 'a', '-p', '(?<=ab)c', '--engine', 'automaton'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--engine auto takes a tier that can') })
    expect(pretok(['split', 'a', '--engine', 'transformers.js']).code).toBe(2)
  })

  test('a piece that is no valid UTF-8 is shown as in counts', () => {
    const stages = [{ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false }, { type: 'Split', pattern: { Regex: '.' }, behavior: 'Isolated', invert: false }]
    const tokenizer = file('tokenizer.json', JSON.stringify(tokenizerJson({ pre_tokenizer: { type: 'Sequence', pretokenizers: stages } })))
    expect(pretok(['split', 'é', '-t', tokenizer]).stdout).toBe('"\\udcc3"\n"\\udca9"\n')
    expect(pretok(['split', '--jsonl', '-t', tokenizer], { input: '"é"' }).stdout).toBe('["\\udcc3","\\udca9"]\n')
    expect(JSON.parse(pretok(['count', file('bytes.txt', 'é'), '-t', tokenizer, '-q', '-o', '-']).stdout)).toEqual({ '\udcc3': 1, '\udca9': 1 })
  })

  test('stops when nobody reads any more', () => {
    const { stdout, stderr } = shell('yes | "$PRETOK" split | head -1')
    expect({ stdout, stderr }).toEqual({ stdout: '"y"\n', stderr: '' })
  })

  test('--jsonl names the line that is no JSON string', () => {
    expect(pretok(['split', '--jsonl'], { input: '"a"\n{}\n' }).stderr).toContain('reading standard input, line 2: a JSON string is needed')
    expect(pretok(['split', '--jsonl'], { input: '"a"\n"b\n' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('reading standard input, line 2:'),
    })
  })
})

describe('plan and tokenizers', () => {
  test('plan prints the chunks as JSON', () => {
    const plan = JSON.parse(pretok(['plan', CORPUS, '-n', '2', '-m', '1', '--chunk-bytes', '10']).stdout) as object
    expect(plan).toEqual({
      tokenizer: 'gpt2',
      engine: 'simd',
      specialTokens: ['<|endoftext|>'],
      numProcesses: 2,
      maxMemoryGb: 1,
      chunkBytes: 10,
      sources: [{ path: CORPUS, size: 45, format: 'text', compression: 'none' }],
      chunks: [
        { source: 0, start: 0, end: 24 },
        { source: 0, start: 24, end: 31 },
        { source: 0, start: 31, end: 45 },
      ],
    })
  })

  test('tokenizers lists the presets', () => {
    const { stdout } = pretok(['tokenizers'])
    for (const name of ['gpt2', 'cl100k_base_tiktoken_original', 'o200k_base', 'llama3', 'qwen2'])
      expect(stdout).toMatch(new RegExp(`^  ${name}(?: |$)`, 'm'))
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
    expect((JSON.parse(pretok(['tokenizers', '--json']).stdout) as { name: string }[]).map(({ name }) => name)).toContain('qwen2')
  })
})

describe('help', () => {
  test.each(['count', 'split', 'plan', 'merge', 'top', 'diff', 'stats', 'tokenizers', 'generate'])('%s', (command) => {
    const { code, stdout } = pretok([command, '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain(`pretok ${command}`)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  })

  test('the version is the package’s', () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string }
    expect(pretok(['--version']).stdout.trim()).toBe(version)
  })
})

test('a pipeline of commands: generate, count in parts, merge, diff, top, stats', () => {
  const path = (name: string): string => join(folder, name)
  expect(pretok(['generate', path('made.txt'), '--size', '3MB', '--seed', '5', '-q']).code).toBe(0)
  const text = readFileSync(path('made.txt'), 'utf8')
  const cut = text.indexOf('<|endoftext|>', text.length / 2)
  writeFileSync(path('a.txt'), text.slice(0, cut))
  writeFileSync(path('b.txt'), text.slice(cut))
  for (const name of ['made', 'a', 'b']) expect(pretok(['count', path(`${name}.txt`), '-o', path(`${name}.json`), '-q']).code).toBe(0)
  expect(pretok(['merge', path('a.json'), path('b.json'), '-o', path('sum.json')]).code).toBe(0)
  expect(pretok(['diff', path('made.json'), path('sum.json')]).code).toBe(0)
  expect(readFileSync(path('sum.json')).equals(readFileSync(path('made.json')))).toBe(true)
  expect(pretok(['diff', path('made.json'), path('a.json')]).code).toBe(1)
  expect(pretok(['top', path('made.json'), '-k', '3']).stdout.split('\n').length).toBeGreaterThan(3)
  expect(pretok(['stats', path('made.json')]).stdout).toContain('distinct')
})
