import { extendWords } from './english.ts'
import { capitalize, expand, linesOf, oneOf, wordsOf, zipfOf, type Rules } from './grammar.ts'
import { below, oneIn, type Random } from './random.ts'
import { createSpelling, type Spelling } from './spelling.ts'
import type { VoiceRecipe } from './voice.ts'

/* Code-like text in four languages. It need not run; it has the shapes that pre-tokenizers meet: indentation, operators, identifiers. */

/** At most seven letters each, so that one fits a spelling's part with an underscore. */
const WORDS = wordsOf(`
  get set add key value item list map node index count size name type data file path line text start end next last first read write open
  close load save find parse make build create update remove delete insert push pop shift sort merge split join copy move swap hash cache
  buffer chunk block page table row column field record entry query result error status state event handler request reply user session
  token stream input output source target parent child left right top bottom width height offset length total sum max min mean limit
  range step depth level order rank score weight cost price rate time date day year month hour second delay timer lock queue stack heap
  tree graph edge vertex vector matrix point shape color pixel image frame scene camera light shader model layer batch epoch loss grad
  train test valid sample label class config option flag mode env log debug trace info warn port host socket client server proxy route
  format encode decode pack unpack check verify assert match search replace filter reduce fold scan visit walk apply call invoke bind`)
  .filter((word) => word.length <= 7)

const IDENTIFIER_WORDS = extendWords(WORDS, 600, 'identifiers').filter((word) => word.length <= 7).slice(0, 512)

const snake = createSpelling({ first: IDENTIFIER_WORDS, rest: IDENTIFIER_WORDS.map((word) => `_${word}`) })
const camel = createSpelling({ first: IDENTIFIER_WORDS, rest: IDENTIFIER_WORDS.map(capitalize) })
const dashed = createSpelling({ first: IDENTIFIER_WORDS, rest: IDENTIFIER_WORDS.map((word) => `-${word}`) })

const word = zipfOf(IDENTIFIER_WORDS)

const joinWords = (random: Random, join: (words: string[]) => string): string =>
  join(Array.from({ length: 1 + below(random, 3) }, () => word(random)))

const COMMENTS = linesOf(`
  @Verb the @w of each @w
  TODO: @verb the @w when the @w is empty
  @Verb @{w}s in place; the @w isn't copied
  This is O(n log n) in the number of @{w}s
  See issue #@num
  FIXME(@name): @w may be negative
  @Verb @w -> @w, at most @num bytes
  The @w must not be @w after this point
  Workaround for @w @num.@d2, which can't @verb @{w}s`)

const STRINGS = linesOf(`
  @w
  @w not found
  cannot @verb @w '%s'
  @w: expected %d, got %d\\n
  https://example.org/@w/@num?@w=@w
  /usr/share/@w/@w.json
  @Verb the @w? [y/N]
  [^a-z0-9_]+
  \\t@w\\t@w
  0x@hex8
  @{w}s/@w-@d2.txt`)

const commonRules: Rules = {
  w: word,
  verb: oneOf('get', 'check', 'update', 'remove', 'count', 'merge', 'sort', 'find', 'skip', 'keep', 'write', 'read', 'compute'),
  comment: oneOf(...COMMENTS),
  string: oneOf(...STRINGS),
  number: oneOf('0', '1', '2', '-1', '10', '16', '64', '100', '255', '1024', '0.5', '1e-6', '3.14159', '0x@hex4', '0xff', '@num', '@num'),
  compare: oneOf('==', '!=', '<', '>', '<=', '>='),
  operator: oneOf('+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'),
  assign: oneOf('=', '=', '=', '+=', '-=', '|='),
}

const PYTHON: Rules = {
  ...commonRules,
  id: (random) => (oneIn(random, 6) ? '@rare' : joinWords(random, (words) => words.join('_'))),
  Class: (random) => joinWords(random, (words) => words.map(capitalize).join('')),
  value: oneOf('@id', '@number', '"@string"', "'@string'", '@id[@number]', 'self.@id', 'len(@id)', '@id(@id)', 'None', 'True', '[]', '{}',
    "f'{@id}: {@id:.2f}'", '[x for x in @id if x]', 'lambda x: x.@id'),
  test: oneOf('@id @compare @value', 'not @id', '@id is None', '@id in @id', 'isinstance(@id, @Class)'),
  simple: oneOf('@id @assign @value', '@id = @value @operator @value', 'self.@id = @value', '@id.@id(@value, @id=@value)', 'print("@string")',
    'return @value', 'del @id[@number:]', 'raise ValueError("@string")', '@id, @id = @id(@value)', '# @comment'),
  block: oneOf('    @simple', '    @simple\n    @simple', '    if @test:\n        @simple', '    for @id in @id:\n        @simple\n        @simple',
    '    with open(@value) as f:\n        @id = f.read()', '    try:\n        @simple\n    except KeyError as e:\n        @simple',
    '    while @test:\n        if @test:\n            break\n        @simple', '    """@Comment."""\n    @simple'),
  body: oneOf('@block', '@block\n@block', '@block\n@block\n\n    # @comment\n@block'),
  top: oneOf('def @id(@id, @id=@number):\n@body\n    return @value', 'def @id(@id: int) -> str:\n@body',
    'class @Class(@Class):\n    def __init__(self, @id):\n        self.@id = @id\n\n    @@property\n    def @id(self):\n        return @value',
    '@@@id\ndef @name(*args, **kwargs):\n@body', 'if __name__ == "__main__":\n@block', '@id = @value'),
  opening: oneOf('#!/usr/bin/env python3\n"""@Comment."""\nimport @w\nimport @w.@w\nfrom @w import @id', 'import @w as @w\nfrom @w.@w import @Class'),
}

const TYPESCRIPT: Rules = {
  ...commonRules,
  id: (random) => (oneIn(random, 6) ? '@rare' : joinWords(random, (words) => words.map((w, i) => (i === 0 ? w : capitalize(w))).join(''))),
  Class: (random) => joinWords(random, (words) => words.map(capitalize).join('')),
  type: oneOf('string', 'number', 'boolean', '@Class', '@Class[]', 'Map<string, @Class>', 'Promise<void>', 'string | undefined'),
  value: oneOf('@id', '@number', "'@string'", '`@w ${@id}`', '@id[@number]', 'this.@id', '@id.length', '@id(@id)', 'null', 'true', '[]',
    '{ @id, @id: @number }', '@id ?? @number', 'new @Class(@id)', '@id?.@id', '(x) => x.@id', '[...@id]', '/[a-z]+\\d*/g'),
  compare: oneOf('===', '!==', '<', '>', '<=', '>='),
  test: oneOf('@id @compare @value', '!@id', '@id && @id', '@id instanceof @Class', "typeof @id === 'string'", '@id || !@id'),
  simple: oneOf('const @id = @value;', 'let @id = @value @operator @value;', '@id @assign @value;', 'await @id.@id(@value);', 'return @value;',
    'this.@id = @value;', '@id++;', 'throw new Error(`@string`);', '// @comment', 'console.log(@value, @id);', '@id.@id(@id).map((x) => x * @number);'),
  block: oneOf('  @simple', '  @simple\n  @simple', '  if (@test) {\n    @simple\n  }', '  if (@test) return @value;',
    '  for (const @id of @id) {\n    @simple\n    @simple\n  }', '  for (let i = 0; i < @id.length; i++) {\n    @simple\n  }',
    '  try {\n    @simple\n  } catch (e) {\n    @simple\n  }', '  switch (@id) {\n    case @number:\n      @simple\n      break;\n    default:\n      @simple\n  }'),
  body: oneOf('@block', '@block\n@block', '@block\n\n  // @comment\n@block'),
  top: oneOf('function @id(@id: @type, @id?: @type): @type {\n@body\n}', 'export const @id = async (@id: @type) => {\n@body\n};',
    'export interface @Class {\n  @id: @type;\n  readonly @id?: @type;\n}', '/**\n * @Comment.\n * @@param @id @comment\n */\nexport const @name = @value;',
    'class @Class extends @Class {\n  #@id = @value;\n\n  get @id(): @type {\n    return this.#@id;\n  }\n}'),
  opening: oneOf("import { @id, @id } from './@w.js';\nimport @Class from '@w-@w';", "'use strict';\n\nconst @id = require('@w');"),
}

const C: Rules = {
  ...commonRules,
  id: (random) => (oneIn(random, 6) ? '@rare' : joinWords(random, (words) => words.join('_'))),
  MACRO: (random) => joinWords(random, (words) => words.join('_').toUpperCase()),
  type: oneOf('int', 'char *', 'size_t', 'uint32_t', 'const char *', 'struct @id *', 'double', 'void *', 'unsigned long'),
  value: oneOf('@id', '@number', '"@string"', "'\\0'", '@id[@number]', '@id->@id', '&@id', '*@id', 'sizeof(*@id)', '@id(@id)', 'NULL', '@MACRO',
    '@{number}UL', '(@type)@id', '~@id', '@id ? @id : @number'),
  test: oneOf('@id @compare @value', '!@id', '@id->@id && @id', '@id & @MACRO', '(@id = @id(@id)) != NULL', '@id @compare @value || @id'),
  simple: oneOf('@id @assign @value;', '@type@id = @value;', '@id->@id = @value @operator @value;', 'free(@id);', 'return @value;', 'goto out;', '@id++;',
    '*@id++ = @value;', 'memcpy(@id, @id, @number);', 'fprintf(stderr, "@string", @id);', '/* @comment */', '@id(@value, @value);'),
  block: oneOf('\t@simple', '\t@simple\n\t@simple', '\tif (@test)\n\t\t@simple', '\tif (@test) {\n\t\t@simple\n\t\t@simple\n\t}',
    '\tfor (i = 0; i < @id; i++) {\n\t\t@simple\n\t}', '\twhile (@test) {\n\t\t@simple\n\t}', '\tdo {\n\t\t@simple\n\t} while (--@id);'),
  body: oneOf('@block', '@block\n@block', '@block\n\n\t/* @comment */\n@block'),
  top: oneOf('static @type@id(@type@id, @type@id)\n{\n@body\n\treturn @value;\n}', 'void @id(void)\n{\n@body\n}', '#define @MACRO @number',
    'struct @id {\n\t@type@id;\n\t@type@id[@number];\n\tunsigned @id : @number;\n};', '/*\n * @Comment.\n */\nextern @type@name;',
    '#ifdef @MACRO\n# include <@w/@w.h>\n#endif', 'enum {\n\t@MACRO = 1 << @number,\n\t@MACRO,\n};'),
  opening: oneOf('/* SPDX-License-Identifier: MIT */\n#include <stdio.h>\n#include "@w.h"', '#ifndef @{MACRO}_H\n#define @{MACRO}_H'),
}

const MARKUP: Rules = {
  ...commonRules,
  id: (random) => (oneIn(random, 6) ? '@rare' : joinWords(random, (words) => words.join('-'))),
  value: oneOf('@id', '@number', '"@string"', 'true', 'false', 'null', '[@id, @id]', '${@id}', '@num.@num.@d2', '@{num}ms', "'@string'"),
  top: oneOf('@id:\n  @id: @value\n  @id: @value', '@id: @value', '@id:\n  - @id: @value\n    @id: @value\n  - @id: @value', '# @comment\n@id: @value',
    '@id: |\n  @id --@id=@value | grep -v "@string" > /dev/null 2>&1\n  exit $?', '<div class="@id @id" id="@id">\n  <p>@comment</p>\n  <br/>\n</div>',
    '.@id > #@id:hover {\n  margin: @{num}px auto;\n  color: #@hex4@d2;\n}', '{"@id": [@num, @num, {"@id": "@string"}]}',
    'SELECT t.@w, COUNT(*) FROM @w AS t WHERE t.@w >= @num GROUP BY 1;'),
  opening: oneOf('---\nversion: @num.@d2\nname: @name', '<!-- @comment -->\nname: @name'),
}

const createVoice = (name: string, weight: number, rules: Rules, names: Spelling, tail: Spelling): VoiceRecipe => ({
  name,
  weight,
  documentBytes: 3000,
  poolSize: 1024,
  joints: ['\n', '\n\n', '\n\n', '\n\n\n'],
  opening: (random) => expand(rules, '@opening', random),
  body: (random) => expand(rules, '@top', random),
  names,
  tail,
  rareNameOctaves: 22,
})

export const createCode = (): VoiceRecipe[] => [
  createVoice('python', 2, PYTHON, snake, snake),
  createVoice('typescript', 2, TYPESCRIPT, camel, camel),
  createVoice('c', 1, C, snake, snake),
  createVoice('markup', 1, MARKUP, dashed, dashed),
]
