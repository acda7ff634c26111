import { defineConfig } from 'vitest/config'

const source = (suffix: string) =>
  ['core', 'adapters', 'apps', 'tools'].map((folder) => `${folder}/**/*.${suffix}.{ts,tsx}`)

/** Three kinds of tests: `unit` touches nothing outside, `contract` holds adapters to their ports, `browser` is the whole product. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          include: source('test'),
          exclude: ['**/node_modules/**', '**/*.contract.test.ts'],
        },
      },
      {
        test: {
          name: 'contract',
          include: source('contract.test'),
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
