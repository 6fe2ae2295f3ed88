import { expect, test } from 'vitest'
import { ask } from '../../src/read/ask.ts'

const waitFor = (milliseconds: number): void => {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

test('errors and answers come out, and a file system that answers slowly is asked in the background', async () => {
  const ways: string[] = []
  const question = (now: () => number) => async () =>
    ask(
      () => {
        ways.push('now')
        return now()
      },
      async () => {
        ways.push('later')
        return 2
      },
    )
  expect(await question(() => 1)()).toBe(1)
  await expect(
    question(() => {
      throw new Error('not there')
    })(),
  ).rejects.toThrow('not there')
  await question(() => {
    waitFor(200)
    return 1
  })()
  expect(ways).toEqual(['now', 'now', 'now'])
  for (let i = 0; i < 3; i++) expect(await question(() => 1)()).toBe(2)
})
