// Makes prose.txt from the World English Bible as Debian packages it. Run, with the packages libsword-utils and sword-text-web 426.0-1:
// mod2imp engWEB2015eb | node data/make-prose.js > data/prose.txt
import { readFileSync } from 'node:fs'

const BOOKS = ['Genesis', 'Ruth', 'Luke', 'Acts']

/** From lines `$$$Genesis 1:2`, each followed by the verse with OSIS markup: verses by book and chapter. Verse 0 is a heading. */
const readChapters = (text) => {
  const chapters = new Map()
  let verses = []
  for (const line of text.split('\n')) {
    const [, book, chapter, verse] = /^\$\$\$(.*) (\d+):(\d+)$/.exec(line) ?? []
    if (line.startsWith('$$$')) {
      verses = []
      if (!BOOKS.includes(book) || chapter === '0' || verse === '0') continue
      const key = `${book} ${chapter}`
      verses = chapters.get(key) ?? verses
      chapters.set(key, verses)
    } else verses.push(line)
  }
  return chapters
}

/** The words as they are, without notes, titles and tags; a blank line between paragraphs, and each line of a poem on its own. */
const toText = (verses) =>
  verses
    .join(' ')
    .replace(/<(note|title|speaker|chapter)\b[^>]*[^/]>.*?<\/\1>/g, ' ')
    .replace(/<div sID="[^"]*" type="x-p"\/>|<lg sID[^>]*\/>/g, '\u0001')
    .replace(/<l level[^>]*sID[^>]*\/>|<lb[^>]*\/>/g, '\u0002')
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ([,.;:!?])/g, '$1')
    .replace(/ ?\u0001[ \u0001\u0002]*/g, '\n\n')
    .replace(/ ?\u0002[ \u0002]*/g, '\n')
    .trim()

const chapters = readChapters(readFileSync(0, 'utf8'))
const chaptersOf = (book) => [...chapters].filter(([key]) => key.replace(/ \d+$/, '') === book)
const documents = BOOKS.flatMap(chaptersOf).map(([, verses]) => toText(verses))
process.stdout.write(`${documents.join('\n<|endoftext|>\n')}\n`)
