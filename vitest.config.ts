import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/slow/**'],
    setupFiles: ['test/support/seed.ts'],
    // some take 5 s, and a machine that others work on may be ten times as slow
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // two cores: more would only make them wait for each other
    maxWorkers: 2,
  },
})
