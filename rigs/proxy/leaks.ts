import { setTimeout as delay } from 'node:timers/promises'

import { afterEach, beforeEach, expect } from 'vitest'

import type { Figures } from './process-figures.ts'
import type { Stage } from './stage.ts'

/** Connections that are kept for the next request, and clients that are listened to after their last answer, end within this. */
const PATIENCE_MS = 15_000

/**
 * After each test: the proxy serves, and holds no more sockets and descriptors than before it.
 * @param tidy what the test has opened is closed by it
 * @returns how many tests were held to it
 */
export function watchLeaks(stage: () => Stage, tidy: () => Promise<void>): () => number {
  let before: Figures
  let held = 0
  beforeEach(async () => {
    await stage().probe()
    before = await settled(stage())
  })
  afterEach(async () => {
    await tidy()
    await stage().probe()
    await expect
      .poll(() => stage().figures.descriptors, { timeout: PATIENCE_MS, interval: 50 })
      .toBeLessThanOrEqual(before.descriptors)
    expect(stage().figures.sockets).toBeLessThanOrEqual(before.sockets)
    held++
  })
  return () => held
}

async function settled(stage: Stage): Promise<Figures> {
  let last = stage.figures
  for (;;) {
    await delay(20)
    const now = stage.figures
    if (now.descriptors === last.descriptors) return now
    last = now
  }
}
