import type { ArgumentsCamelCase, CommandModule } from 'yargs'
import { PRESETS, type Preset } from '../tokenizer/presets.ts'

interface Arguments {
  json?: boolean | undefined
}

const handler = ({ json }: ArgumentsCamelCase<Arguments>): void => {
  if (json === true) process.stdout.write(`${JSON.stringify(PRESETS.map(describe), null, 2)}\n`)
  else process.stdout.write(`${PRESETS.map(paragraph).join('\n\n')}\n`)
}

const describe = ({ pipeline, ...about }: Preset): object => ({ ...pipeline, ...about })

const MAX_SPECIAL = 5

const paragraph = ({ pipeline, aliases, usedBy, source, notes }: Preset): string => {
  const { name, stages, normalizer, specialTokens } = pipeline
  const shown = specialTokens.slice(0, MAX_SPECIAL).join(' ') + (specialTokens.length > MAX_SPECIAL ? ` and ${specialTokens.length - MAX_SPECIAL} more` : '')
  const lines = [
    ['for', usedBy],
    ['also', aliases.join(', ')],
    ['special', shown],
    ...(normalizer === null ? [] : [['normalizer', normalizer]]),
    ...stages.map(({ pattern, dialect }) => [dialect === 'oniguruma' ? 'Split' : 'find_iter', pattern]),
    ...(notes === undefined ? [] : [['note', notes]]),
    ['source', source],
  ]
  return [name, ...lines.map(([label, text]) => `  ${label.padEnd(11)}${text}`)].join('\n')
}

export const tokenizersCommand: CommandModule<object, Arguments> = {
  command: 'tokenizers',
  describe: 'List the presets for --tokenizer',
  builder: (yargs) => yargs.usage('$0 tokenizers\n\nLists the presets: what they are for, other names, special tokens, and the regex.').option('json', { type: 'boolean', describe: 'As JSON' }),
  handler,
}
