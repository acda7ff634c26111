import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { HomeSizes } from './home-sizes.ts'

const HOUR = 3_600_000
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-sizes-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

test('a folder is counted in the background, and anew after an hour', async () => {
  let now = 0
  const sizes = new HomeSizes({ now: () => now })
  writeFileSync(join(folder, 'a'), 'x'.repeat(100_000))

  expect(sizes.of(folder)).toMatchObject({ value: null, why: expect.any(String) })
  await sizes.counted()
  const first = sizes.of(folder).value ?? 0
  expect(first).toBeGreaterThanOrEqual(100_000)

  writeFileSync(join(folder, 'b'), 'x'.repeat(500_000))
  now = HOUR - 1
  sizes.of(folder)
  await sizes.counted()
  expect(sizes.of(folder).value).toBe(first)

  now = HOUR
  expect(sizes.of(folder).value).toBe(first)
  await sizes.counted()
  expect(sizes.of(folder).value).toBeGreaterThanOrEqual(first + 500_000)
})

test('what takes too long, or is not there, is not known, and why is said', async () => {
  const gone = new HomeSizes()
  gone.of(join(folder, 'nothing'))
  await gone.counted()
  // A folder that takes long, on a machine of any speed.
  writeFileSync(join(folder, 'du'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 })
  vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`)
  const late = new HomeSizes({ deadlineS: 0.05 })
  late.of(folder)
  await late.counted()

  expect(late.of(folder)).toMatchObject({ value: null, why: expect.stringContaining('longer') })
  expect(gone.of(join(folder, 'nothing'))).toMatchObject({
    value: null,
    why: 'the files cannot be counted',
  })
})
