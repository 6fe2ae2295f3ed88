// Workers that end before they take anything, each once: PRETOK_TEST_MARKER is the beginning of the names of files that tell which have.
import { existsSync, writeFileSync } from 'node:fs'
import count from '../../../dist/worker.js'

export default (job) => {
  const marker = `${process.env.PRETOK_TEST_MARKER}-${job.slot}`
  if (job.kind === 'count' && !existsSync(marker)) {
    writeFileSync(marker, '')
    process.exit(7)
  }
  return count(job)
}
