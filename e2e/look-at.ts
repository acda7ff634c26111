import { join } from 'node:path'

import type { Page } from 'playwright-core'
import { expect } from 'vitest'

import { seriousFindings } from './browser.ts'
import { shotFolder } from './running-hub.ts'

/** A page of ours as people see it: in both colour schemes and on a phone, and with nothing that axe calls serious. */
export async function lookAt(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.screenshot({ path: join(shotFolder(), `${name}-${colorScheme}.png`) })
    expect(await seriousFindings(page), `${name} in ${colorScheme}`).toEqual([])
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  const size = page.viewportSize() ?? { width: 1280, height: 720 }
  await page.setViewportSize({ width: 360, height: 740 })
  await page.screenshot({ path: join(shotFolder(), `${name}-phone.png`) })
  expect(
    await page.evaluate('document.documentElement.scrollWidth'),
    `${name} on a phone`,
  ).toBeLessThanOrEqual(360)
  await page.setViewportSize(size)
}
