import type { ArgumentsCamelCase, CommandModule, InferredOptionTypes } from 'yargs'
import { PretokError } from '../errors.ts'
import { aliasNames, FAMILIES, isComplete } from '../tokenizer/presets.ts'
import type { Family, Preset } from '../tokenizer/presets/preset.ts'
import { loadTokenizer } from '../tokenizer/resolve.ts'
import type { Pipeline } from '../types.ts'
import { explainAsData, explainPipeline, graphsOf } from './explain.ts'

const OPTIONS = {
  json: { type: 'boolean', describe: 'The list, or what --explain shows, as JSON' },
  explain: {
    type: 'string',
    requiresArg: true,
    describe: 'Show what a tokenizer does, stage by stage, and what its regexes are compiled to: classes, states, sizes',
  },
  dot: { type: 'boolean', describe: 'With --explain: the states as a graph for Graphviz' },
} as const

type Arguments = InferredOptionTypes<typeof OPTIONS>

const handler = async ({ json, explain, dot }: ArgumentsCamelCase<Arguments>): Promise<void> => {
  if (dot === true && explain === undefined) throw new PretokError('usage', '--dot goes with --explain NAME')
  if (dot === true && json === true) throw new PretokError('usage', '--dot is no JSON: give --dot or --json')
  if (explain !== undefined) print(explainAs(dot === true ? 'graph' : json === true ? 'json' : 'page')(await loadTokenizer(explain)))
  else print(json === true ? JSON.stringify(FAMILIES.flatMap(asJson), null, 2) : `${FAMILIES.map(section).join('\n\n')}\n\n${HINT}`)
}

const explainAs = (form: 'page' | 'graph' | 'json'): ((pipeline: Pipeline) => string) => {
  if (form === 'json') return (pipeline) => JSON.stringify(explainAsData(pipeline), null, 2)
  return form === 'graph' ? graphsOf : explainPipeline
}

const HINT =
  'pretok tokenizers --explain NAME shows what one of them does.\n-t also takes a tokenizer.json, a folder with one, or a hub id such as Qwen/Qwen2.5-7B.'

const print = (text: string): void => void process.stdout.write(`${text.trimEnd()}\n`)

/** As a preset is written, but for its other names: some have long lists of special tokens of their own. */
const asJson = ({ title, presets }: Family): object[] =>
  presets.map(({ name, ...about }) => ({ name, family: title, ...about, aliases: aliasNames({ name, ...about }) }))

const section = ({ title, presets }: Family): string => [title, ...presets.map(entry)].join('\n')

const WIDTH = 100
const NAME_WIDTH = 22

const entry = (preset: Preset): string => {
  const { name, models, notes, lacks } = preset
  const also = aliasNames(preset)
  const lines = [
    models,
    ...(also.length === 0 ? [] : [`also ${also.join(', ')}`]),
    ...(isComplete(preset) ? [] : ['only with the tokenizer.json of the model']),
    ...(lacks === undefined ? [] : [`without ${lacks}: give the tokenizer.json of the model`]),
    ...(notes === undefined ? [] : [notes]),
  ].flatMap(wrap)
  // a long name has a line to itself
  const [first, rest] = name.length < NAME_WIDTH ? [`${name.padEnd(NAME_WIDTH)}${lines[0]}`, lines.slice(1)] : [name, lines]
  return [first, ...rest.map((line) => `${' '.repeat(NAME_WIDTH)}${line}`)].map((line) => `  ${line}`).join('\n')
}

/** Lines of words; what follows the first is set in. */
const wrap = (text: string): string[] => {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!
    if (line !== '' && line.length + word.length + 1 > WIDTH - NAME_WIDTH - 2) lines.push(`  ${word}`)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}

export const tokenizersCommand: CommandModule<object, Arguments> = {
  command: 'tokenizers',
  describe: 'List the presets for --tokenizer',
  builder: (yargs) =>
    yargs
      .usage(
        '$0 tokenizers [--explain NAME]\n\nLists the presets by family: the models they are for, other names, and where they differ. --explain also takes a path or a hub id.',
      )
      .options(OPTIONS)
      .example('$0 tokenizers --explain deepseek-v3', 'its stages, and the automata that cut text for it'),
  handler,
}
