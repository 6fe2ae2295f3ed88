import { extendWords } from './english.ts'
import { blocksOf, capitalize, expand, linesOf, oneOf, wordsOf, zipfOf, type Rule, type Rules } from './grammar.ts'
import { below, oneIn, type Random } from './random.ts'
import { createSpelling, type Spelling } from './spelling.ts'
import type { VoiceRecipe } from './voice.ts'

/* Code-like text in a few languages. It would not run; it has the shapes that pre-tokenizers meet: indentation, operators, identifiers. */

/** At most seven letters each, so that one fits a part of a spelling with an underscore. */
const WORDS = wordsOf(`
  get set add key value item list map node index count size name type data file path line text start end next last first read write open
  close load save find parse make build create update remove delete insert push pop shift sort merge split join copy move swap hash cache
  buffer chunk block page table row column field record entry query result error status state event handler request reply user session
  token stream input output source target parent child left right top bottom width height offset length total sum max min mean limit
  range step depth level order rank score weight cost price rate time date day year month hour second delay timer lock queue stack heap
  tree graph edge vertex vector matrix point shape color pixel image frame scene camera light shader model layer batch epoch loss grad
  train test valid sample label class config option flag mode env log debug trace info warn port host socket client server proxy route
  format encode decode pack unpack check verify assert match search replace filter reduce fold scan visit walk apply call invoke bind`)

const fits = (word: string): boolean => word.length <= 7

const IDENTIFIER_WORDS = extendWords(WORDS.filter(fits), 1200, 'identifiers').filter(fits).slice(0, 512)

const snake = createSpelling({ first: IDENTIFIER_WORDS, rest: IDENTIFIER_WORDS.map((word) => `_${word}`) })
const camel = createSpelling({ first: IDENTIFIER_WORDS, rest: IDENTIFIER_WORDS.map(capitalize) })
const dashed = createSpelling({ first: IDENTIFIER_WORDS, rest: IDENTIFIER_WORDS.map((word) => `-${word}`) })

const word = zipfOf(IDENTIFIER_WORDS)

const compound =
  (join: (words: string[]) => string): Rule =>
  (random) =>
    join(Array.from({ length: 1 + below(random, 3) }, () => word(random)))

/** Identifiers, one in six from an endless vocabulary. */
const identifier = (join: (words: string[]) => string): Rule => {
  const common = compound(join)
  return (random) => (oneIn(random, 6) ? '@rare' : common(random))
}

const inCamelCase = (words: string[]): string => words.map((part, i) => (i === 0 ? part : capitalize(part))).join('')
const inPascalCase = (words: string[]): string => words.map(capitalize).join('')
const inSnakeCase = (words: string[]): string => words.join('_')

const lines = (text: string): Rule => oneOf(...linesOf(text))
const blocks = (text: string): Rule => oneOf(...blocksOf(text))

const COMMON: Rules = {
  w: word,
  Class: compound(inPascalCase),
  verb: oneOf('get', 'check', 'update', 'remove', 'count', 'merge', 'sort', 'find', 'skip', 'keep', 'write', 'read', 'compute'),
  number: oneOf('0', '1', '2', '-1', '10', '16', '64', '100', '255', '1024', '0.5', '1e-6', '3.14159', '0x@hex4', '0xff', '@num', '@num'),
  operator: oneOf('+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'),
  compare: oneOf('==', '!=', '<', '>', '<=', '>='),
  assign: oneOf('=', '=', '=', '+=', '-=', '|='),
  comment: lines(`
    @Verb the @w of each @w
    TODO: @verb the @w when the @w is empty
    @Verb @{w}s in place; the @w isn't copied
    This is O(n log n) in the number of @{w}s
    See issue #@num
    FIXME(@name): @w may be negative
    @Verb @w -> @w, at most @num bytes
    The @w must not be @w after this point
    Workaround for @w @num.@d2, which can't @verb @{w}s`),
  string: lines(`
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
    @{w}s/@w-@d2.txt`),
}

const PYTHON: Rules = {
  ...COMMON,
  id: identifier(inSnakeCase),
  value: lines(`
    @id
    @number
    "@string"
    '@string'
    @id[@number]
    self.@id
    len(@id)
    @id(@id)
    None
    True
    {}
    f'{@id}: {@id:.2f}'
    [x for x in @id if x]
    lambda x: x.@id`),
  test: lines(`
    @id @compare @value
    not @id
    @id is None
    @id in @id
    isinstance(@id, @Class)`),
  simple: lines(`
    @id @assign @value
    @id = @value @operator @value
    self.@id = @value
    @id.@id(@value, @id=@value)
    print("@string")
    return @value
    del @id[@number:]
    raise ValueError("@string")
    @id, @id = @id(@value)
    # @comment`),
  block: blocks(`
    @simple
%%
    @simple
    @simple
%%
    if @test:
        @simple
%%
    for @id in @id:
        @simple
        @simple
%%
    with open(@value) as f:
        @id = f.read()
%%
    try:
        @simple
    except KeyError as e:
        @simple
%%
    while @test:
        if @test:
            break
        @simple
%%
    """@Comment."""
    @simple`),
  body: oneOf('@block', '@block\n@block', '@block\n@block\n\n    # @comment\n@block'),
  top: blocks(`
def @id(@id, @id=@number):
@body
    return @value
%%
def @id(@id: int) -> str:
@body
%%
class @Class(@Class):
    def __init__(self, @id):
        self.@id = @id

    @@property
    def @id(self):
        return @value
%%
@@@id
def @name(*args, **kwargs):
@body
%%
if __name__ == "__main__":
@block
%%
@id = @value`),
  opening: blocks(`
#!/usr/bin/env python3
"""@Comment."""
import @w
from @w.@w import @id
%%
import @w as @w
from @w import @Class, @Class`),
}

const TYPESCRIPT: Rules = {
  ...COMMON,
  id: identifier(inCamelCase),
  compare: oneOf('===', '!==', '<', '>', '<=', '>='),
  type: oneOf('string', 'number', 'boolean', '@Class', '@Class[]', 'Map<string, @Class>', 'Promise<void>', 'string | undefined'),
  value: lines(`
    @id
    @number
    '@string'
    \`@w \${@id}\`
    @id[@number]
    this.@id
    @id.length
    @id(@id)
    null
    [...@id]
    { @id, @id: @number }
    @id ?? @number
    new @Class(@id)
    @id?.@id
    (x) => x.@id
    /[a-z]+\\d*/g`),
  test: lines(`
    @id @compare @value
    !@id
    @id && @id
    @id instanceof @Class
    typeof @id === 'string'
    @id || !@id`),
  simple: lines(`
    const @id = @value;
    let @id = @value @operator @value;
    @id @assign @value;
    await @id.@id(@value);
    return @value;
    this.@id = @value;
    @id++;
    throw new Error(\`@string\`);
    // @comment
    console.log(@value, @id);
    @id.@id(@id).map((x) => x * @number);`),
  block: blocks(`
  @simple
%%
  @simple
  @simple
%%
  if (@test) {
    @simple
  }
%%
  if (@test) return @value;
%%
  for (const @id of @id) {
    @simple
    @simple
  }
%%
  for (let i = 0; i < @id.length; i++) {
    @simple
  }
%%
  try {
    @simple
  } catch (e) {
    @simple
  }
%%
  switch (@id) {
    case @number:
      @simple
      break;
    default:
      @simple
  }`),
  body: oneOf('@block', '@block\n@block', '@block\n\n  // @comment\n@block'),
  top: blocks(`
function @id(@id: @type, @id?: @type): @type {
@body
}
%%
export const @id = async (@id: @type) => {
@body
};
%%
export interface @Class {
  @id: @type;
  readonly @id?: @type;
}
%%
/**
 * @Comment.
 * @@param @id @comment
 */
export const @name = @value;
%%
class @Class extends @Class {
  #@id = @value;

  get @id(): @type {
    return this.#@id;
  }
}`),
  opening: blocks(`
import { @id, @id } from './@w.js';
import @Class from '@w-@w';
%%
'use strict';

const @id = require('@w');`),
}

const C: Rules = {
  ...COMMON,
  id: identifier(inSnakeCase),
  MACRO: compound((words) => inSnakeCase(words).toUpperCase()),
  type: oneOf('int ', 'char *', 'size_t ', 'uint32_t ', 'const char *', 'struct @id *', 'double ', 'void *', 'unsigned long '),
  value: lines(`
    @id
    @number
    "@string"
    '\\0'
    @id[@number]
    @id->@id
    &@id
    *@id
    sizeof(*@id)
    @id(@id)
    NULL
    @MACRO
    @{number}UL
    (@type)@id
    ~@id
    @id ? @id : @number`),
  test: lines(`
    @id @compare @value
    !@id
    @id->@id && @id
    @id & @MACRO
    (@id = @id(@id)) != NULL
    @id @compare @value || @id`),
  simple: lines(`
    @id @assign @value;
    @type@id = @value;
    @id->@id = @value @operator @value;
    free(@id);
    return @value;
    goto out;
    *@id++ = @value;
    memcpy(@id, @id, @number);
    fprintf(stderr, "@string", @id);
    /* @comment */
    @id(@value, @value);`),
  block: blocks(`
\t@simple
%%
\t@simple
\t@simple
%%
\tif (@test)
\t\t@simple
%%
\tif (@test) {
\t\t@simple
\t\t@simple
\t}
%%
\tfor (i = 0; i < @id; i++) {
\t\t@simple
\t}
%%
\twhile (@test) {
\t\t@simple
\t}
%%
\tdo {
\t\t@simple
\t} while (--@id);`),
  body: oneOf('@block', '@block\n@block', '@block\n\n\t/* @comment */\n@block'),
  top: blocks(`
static @type@id(@type@id, @type@id)
{
@body
\treturn @value;
}
%%
void @id(void)
{
@body
}
%%
#define @MACRO @number
%%
struct @id {
\t@type@id;
\t@type@id[@number];
\tunsigned @id : @number;
};
%%
/*
 * @Comment.
 */
extern @type@name;
%%
#ifdef @MACRO
# include <@w/@w.h>
#endif
%%
enum {
\t@MACRO = 1 << @number,
\t@MACRO,
};`),
  opening: blocks(`
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include "@w.h"
%%
#ifndef @{MACRO}_H
#define @{MACRO}_H`),
}

/** Configuration, markup, queries. */
const MARKUP: Rules = {
  ...COMMON,
  id: identifier((words) => words.join('-')),
  value: lines(`
    @id
    @number
    "@string"
    true
    null
    [@id, @id]
    \${@id}
    @num.@num.@d2
    @{num}ms
    '@string'`),
  top: blocks(`
@id:
  @id: @value
  @id: @value
%%
@id: @value
%%
@id:
  - @id: @value
    @id: @value
  - @id: @value
%%
# @comment
@id: @value
%%
@id: |
  @id --@id=@value | grep -v "@string" > /dev/null 2>&1
  exit $?
%%
<div class="@id @id" id="@id">
  <p>@comment</p>
  <br/>
</div>
%%
.@id > #@id:hover {
  margin: @{num}px auto;
  color: #@hex4@d2;
}
%%
{"@id": [@num, @num, {"@id": "@string"}]}
%%
SELECT t.@w, COUNT(*) FROM @w AS t WHERE t.@w >= @num GROUP BY 1;`),
  opening: oneOf('---\nversion: @num.@d2\nname: @name', '<!-- @comment -->\nname: @name'),
}

const createVoice = (name: string, weight: number, rules: Rules, spelling: Spelling): VoiceRecipe => ({
  name,
  weight,
  documentBytes: 3000,
  poolSize: 1024,
  joints: ['\n', '\n\n', '\n\n', '\n\n\n'],
  keepSlotOneIn: 6,
  opening: (random: Random) => expand(rules, '@opening', random),
  body: (random: Random) => expand(rules, '@top', random),
  names: spelling,
  tail: spelling,
  rareNameOctaves: 22,
})

export const createCode = (): VoiceRecipe[] => [
  createVoice('python', 4, PYTHON, snake),
  createVoice('typescript', 4, TYPESCRIPT, camel),
  createVoice('c', 2, C, snake),
  createVoice('markup', 2, MARKUP, dashed),
]
