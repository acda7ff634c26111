import { defineConfig } from 'vitest/config'

const source = (suffix: string) =>
  ['core', 'adapters', 'apps', 'tools'].map((folder) => `${folder}/**/*.${suffix}.{ts,tsx}`)

const FOLDERS = {
  browser: 'e2e',
  rigs: 'rigs',
  setup: 'rigs/setup',
  soak: 'rigs/soak',
  bench: 'bench',
  'bench-proxy': 'bench/proxy',
} as const

/** Tests of the whole product: one file after the other, for they share a machine. */
function whole(name: keyof typeof FOLDERS) {
  return {
    test: {
      name,
      include: [`${FOLDERS[name]}/*.test.ts`],
      testTimeout: 120_000,
      hookTimeout: 600_000,
      fileParallelism: false,
    },
  }
}

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
          // A machine that does other things meanwhile is slow, not wrong.
          testTimeout: 30_000,
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
      ...(['browser', 'rigs', 'setup', 'soak', 'bench', 'bench-proxy'] as const).map(whole),
    ],
  },
})
