import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A folder for this test file, removed at its end, and a function that writes files there. */
export const temporaryFolder = (): { folder: string; file: (name: string, content: string | Uint8Array) => string } => {
  const folder = mkdtempSync(join(tmpdir(), 'pretok-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return {
    folder,
    file(name, content) {
      const path = join(folder, name)
      writeFileSync(path, content)
      return path
    },
  }
}
