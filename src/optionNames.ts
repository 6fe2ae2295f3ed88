/*
 * Messages call options as the command does, `--max-piece-bytes`, wherever they are made. Programs know them by other names, and
 * have them in grave accents, for some are words of the language.
 */

/** Options that messages name, and their names in the library. */
const IN_PROGRAMS: Readonly<Record<string, string>> = {
  '--delimiter': 'delimiter',
  '--document-per': 'documentPer',
  '--engine': 'engine',
  '--errors': 'errors',
  '--format': 'format',
  '--input-format': 'format',
  '--max-memory-gb': 'maxMemoryGb',
  '--max-piece-bytes': 'maxPieceBytes',
  '--max-record-bytes': 'maxRecordBytes',
  '--on-error': 'onError',
  '--output-format': 'format',
  '--pattern': 'pattern',
  '--resume': 'resume',
  '--sample': 'sample',
  '--seed': 'seed',
  '--temp-dir': 'tempDir',
  '--text-field': 'textField',
  '--work-dir': 'workDir',
  '-s': 'specialTokens',
}

/** An option as messages have them: behind white space or a bracket. */
const OPTION = /(?<=^|[\s(])(?:--[a-z]+(?:-[a-z]+)*|-s)(?![\w-])/g

let isForPrograms = false

/** From now on the library's names are used: what goes wrong is told to a program. */
export const nameForPrograms = (): void => {
  isForPrograms = true
}

/** A message with the options' names as whoever reads it knows them. */
export const withOptionNames = (message: string): string =>
  isForPrograms ? message.replace(OPTION, (option) => (option in IN_PROGRAMS ? `\`${IN_PROGRAMS[option]}\`` : option)) : message
