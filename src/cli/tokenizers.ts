import type { ArgumentsCamelCase, CommandModule, InferredOptionTypes } from 'yargs'
import { PretokError } from '../errors.ts'
import { compileStage } from '../pattern/compile.ts'
import { describeStage, toDot } from '../pattern/describe.ts'
import { asSplit } from '../split/stages.ts'
import { PRESETS, type Preset } from '../tokenizer/presets.ts'
import { resolveTokenizer } from '../tokenizer/resolve.ts'
import type { Stage } from '../types.ts'

const OPTIONS = {
  json: { type: 'boolean', describe: 'The list as JSON' },
  explain: { type: 'string', requiresArg: true, describe: "Show what a preset's regex is compiled to: classes, states, sizes" },
  dot: { type: 'boolean', describe: 'With --explain: the states as a graph for Graphviz' },
} as const

type Arguments = InferredOptionTypes<typeof OPTIONS>

const handler = ({ json, explain, dot }: ArgumentsCamelCase<Arguments>): void => {
  if (dot === true && explain === undefined) throw new PretokError('usage', '--dot goes with --explain NAME')
  if (explain !== undefined)
    print(
      resolveTokenizer(explain)
        .stages.map((stage) => (dot === true ? toDot : describeStage)(compileStage(asSplit(stage))))
        .join('\n'),
    )
  else print(json === true ? JSON.stringify(PRESETS.map(describe), null, 2) : PRESETS.map(paragraph).join('\n\n'))
}

const print = (text: string): void => void process.stdout.write(`${text.trimEnd()}\n`)

const describe = ({ pipeline, ...about }: Preset): object => ({ ...pipeline, ...about })

const MAX_SPECIAL = 5

const paragraph = ({ pipeline, aliases, usedBy, source, notes }: Preset): string => {
  const { name, stages, normalizers, specialTokens } = pipeline
  const shown =
    specialTokens.slice(0, MAX_SPECIAL).join(' ') +
    (specialTokens.length > MAX_SPECIAL ? ` and ${specialTokens.length - MAX_SPECIAL} more` : '')
  const lines = [
    ['for', usedBy],
    ['also', aliases.join(', ')],
    ['special', shown],
    ...normalizers.map(({ kind }) => ['normalizer', kind]),
    ...stages.map(nameStage),
    ...(notes === undefined ? [] : [['note', notes]]),
    ['source', source],
  ]
  return [name, ...lines.map(([label, text]) => `  ${label.padEnd(11)}${text}`)].join('\n')
}

const nameStage = (stage: Stage): [label: string, text: string] => {
  switch (stage.kind) {
    case 'split':
      return [stage.dialect === 'oniguruma' ? 'Split' : 'find_iter', stage.pattern]
    case 'byte-map':
      return ['ByteLevel', 'each byte is a character for what follows']
    case 'replace':
      return ['replace', `${JSON.stringify(stage.from)} by ${JSON.stringify(stage.to)}`]
    case 'prepend':
      return ['prepend', `${JSON.stringify(stage.text)} to ${stage.where === 'every' ? 'every piece' : 'the first piece'}`]
  }
}

export const tokenizersCommand: CommandModule<object, Arguments> = {
  command: 'tokenizers',
  describe: 'List the presets for --tokenizer',
  builder: (yargs) =>
    yargs
      .usage('$0 tokenizers [--explain NAME]\n\nLists the presets: what they are for, other names, special tokens, and the regex.')
      .options(OPTIONS)
      .example('$0 tokenizers --explain gpt2', 'the automaton that cuts text for GPT-2'),
  handler,
}
