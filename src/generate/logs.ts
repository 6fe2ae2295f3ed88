import { extendWords, SYLLABLES } from './english.ts'
import { capitalize, expand, linesOf, oneOf, wordsOf, zipfOf, type Rules } from './grammar.ts'
import type { Random } from './random.ts'
import { createSpelling } from './spelling.ts'
import type { VoiceRecipe } from './voice.ts'

/* Log files of several makes. Nearly every line has a number or an id that no other has. */

const SERVICES = wordsOf(`
  auth billing cart catalog checkout gateway inventory mailer orders payments profile search session shipping storage users metrics
  scheduler indexer notifier proxy cache ledger reports uploads webhooks`)

const NOUNS = wordsOf(`
  request response connection session user order job task queue worker cache token message record file block index shard replica
  transaction batch upload download snapshot backup config certificate lease lock partition stream bucket policy schedule invoice cursor`)

const PAST_VERBS = wordsOf(`
  started finished failed created updated deleted received sent accepted rejected retried timed-out expired opened closed loaded saved
  skipped queued resumed paused committed aborted validated refreshed evicted flushed rotated merged scheduled cancelled`)

const KEYS = wordsOf('user id count size duration attempt status shard offset latency_ms bytes port node zone version queue_depth pid')

const MESSAGES = linesOf(`
  @noun @verb
  @noun @verb in @num ms
  @noun @hex8 @verb by @name
  @noun @verb after @num attempts
  @verb @num of @num @{noun}s
  cannot open @noun @path/@hex4.dat: no such file
  connection to @ip:@num @verb
  slow @noun: took @num ms (limit @num ms)
  user=@name @noun=@hex16 @verb
  GET @path/@num @status @{d3}ms
  POST @path @status @num bytes in 0.@d3 s
  retrying @noun @num/5, backing off for @d2 s
  heap used @num MiB of @num MiB (@d2.@d2%)
  checksum of @noun @hex8 does not match: expected 0x@hex8, got 0x@hex8
  @noun @hex8-@hex4-@hex4-@hex4-@hex8@hex4 @verb
  payload: {"@key":@num,"@key":"@hex8","ok":@bool}`)

const createRules = (): Rules => ({
  service: zipfOf(SERVICES),
  noun: zipfOf(extendWords(NOUNS, 120, 'log nouns')),
  verb: zipfOf(PAST_VERBS),
  key: zipfOf(KEYS),
  level: oneOf('INFO', 'INFO', 'INFO', 'INFO', 'INFO', 'DEBUG', 'DEBUG', 'DEBUG', 'WARN', 'WARN', 'ERROR', 'TRACE'),
  status: oneOf('200', '200', '200', '200', '201', '204', '301', '304', '400', '401', '403', '404', '429', '500', '503'),
  bool: oneOf('true', 'false'),
  segment: zipfOf(extendWords([...SERVICES, ...NOUNS], 200, 'path segments')),
  path: oneOf('/api/v1/@segment', '/api/v2/@segment/@segment', '/@segment', '/var/lib/@service/@segment', '/static/@segment.js'),
  message: oneOf(...MESSAGES),
  fields: oneOf('@key=@num', '@key=@num @key=@hex8', '@key=@num @key=@num @key="@noun @verb"', 'trace=@hex16 span=@hex8', '@key=@rare'),
  method: oneOf('get', 'put', 'run', 'load', 'apply', 'handle', 'process', 'invoke'),
  frame: oneOf(
    '\tat org.example.@service.@Noun.@method(@Noun.java:@num)',
    '\tat org.example.@service.@Noun$@Noun.@method(@Noun.java:@num)',
  ),
  agent: oneOf('Mozilla/5.0 (X11; Linux x86_64)', 'curl/8.@d2.1', 'okhttp/4.@d2', 'pretok-check/1.0', '-'),
})

const SERVICE_LINES = [
  '@time @level [@service] @message @fields',
  '@time @level [@service-@d2] @message',
  '@time @level [@service] @message @fields request_id=@hex8-@hex4-@hex4-@hex4-@hex8@hex4',
  '@time @level [@service] @message\n@time DEBUG [@service] @fields',
  '@time ERROR [@service] @message\norg.example.@service.@{Noun}Exception: @message\n@frame\n@frame\n@frame',
]

const ACCESS_LINES = [
  '@ip - - [@date:@clock +0000] "GET @path/@num HTTP/1.1" @status @num "-" "@agent"',
  '@ip - @name [@date:@clock +0000] "POST @path?@key=@num&token=@hex16 HTTP/1.1" @status @num "https://www.example.org@path" "@agent"',
]

const SYSTEM_LINES = ['@date @clock host-@d2 @service[@num]: @message', '@date @clock host-@d2 kernel: [@num.@d3@d3] @noun @hex8: @message']

const JSON_LINES = [
  '{"ts":"@time","level":"@level","service":"@service","msg":"@noun @verb","@key":@num,"trace_id":"@hex16@hex16"}',
  '{"ts":"@time","level":"@level","service":"@service","msg":"@verb @noun","took":@num.@d3,"peer":"@ip","tags":["@noun","@verb"]}',
]

const createVoice = (name: string, weight: number, lines: readonly string[]): VoiceRecipe => {
  const rules = { ...createRules(), line: oneOf(...lines) }
  return {
    name,
    weight,
    documentBytes: 6000,
    poolSize: 1024,
    joints: ['\n'],
    keepSlotOneIn: 6,
    body: (random: Random) => expand(rules, '@line', random),
    names: createSpelling({ first: SYLLABLES, leastParts: 3 }),
    tail: createSpelling({ first: SYLLABLES.map((syllable) => `${syllable}_`), rest: SYLLABLES.map(capitalize) }),
    rareNameOctaves: 20,
  }
}

export const createLogs = (): VoiceRecipe[] => [
  createVoice('service-log', 2, SERVICE_LINES),
  createVoice('access-log', 1, ACCESS_LINES),
  createVoice('system-log', 1, SYSTEM_LINES),
  createVoice('json-log', 1, JSON_LINES),
]
