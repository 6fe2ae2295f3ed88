import { beforeEach, describe, expect, test, vi } from 'vitest'

let time = 0
vi.mock('../../src/clock.ts', () => ({ milliseconds: () => time }))

describe('the file system', () => {
  let question: (takes: number, answer?: () => string) => Promise<string>
  beforeEach(async () => {
    vi.resetModules()
    const { ask } = await import('../../src/read/ask.ts')
    question = async (takes, answer = () => 'at once') =>
      ask(
        () => {
          time += takes
          return answer()
        },
        async () => 'in the background',
      )
  })

  test('is asked directly while it answers at once, and errors come out', async () => {
    for (let i = 0; i < 400; i++) expect(await question(0.1)).toBe('at once')
    const fails = question(0.1, () => {
      throw new Error('not there')
    })
    await expect(fails).rejects.toThrow('not there')
  })

  test('is asked in the background now and then, for others to have their turn', async () => {
    const answers: string[] = []
    for (let i = 0; i < 1200; i++) answers.push(await question(0.1))
    expect(answers.filter((answer) => answer === 'in the background')).toHaveLength(2)
  })

  test('is asked in the background when it answers slowly', async () => {
    const answers: string[] = []
    for (let i = 0; i < 100; i++) answers.push(await question(3))
    expect(answers.slice(50)).toEqual(Array.from({ length: 50 }, () => 'in the background'))
  })
})
