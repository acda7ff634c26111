import type { Browser, Page } from 'playwright-core'

import { openBrowser } from '../e2e/browser.ts'
import { Bulkhead } from './bulkhead.ts'
import { installPeerWithLab } from './install-peer.ts'
import { JupyterHub, PASSWORD } from './jupyterhub.ts'
import type { Found } from './rows.ts'

/**
 * From the click on Start to a JupyterLab that can be used, in turn, each with real servers and the Python environment that its own
 * installation gives. The first round warms the disk's cache for both.
 */
export async function startToLab(
  rounds: number,
): Promise<{ readonly ours: readonly Found[]; readonly peer: readonly Found[] }> {
  await using ours = await Bulkhead.create()
  await using peer = new JupyterHub(await installPeerWithLab())
  peer.begin()
  await peer.untilUp()
  const browser = await openBrowser()
  const found = { ours: [] as Found[], peer: [] as Found[] }
  try {
    for (let round = 0; round < rounds + 1; round++) {
      const mine = await timed(browser, ours.url, { name: `ours${round}`, start: ourStart })
      const theirs = await timed(browser, peer.url, { name: `peer${round}`, start: peerStart })
      if (round === 0) continue
      found.ours.push({ value: mine })
      found.peer.push({ value: theirs })
    }
  } finally {
    await browser.close()
  }
  return found
}

const ourStart = (page: Page) => page.getByRole('button', { name: 'Start my server' })
const peerStart = (page: Page) => page.locator('#start')

interface Visit {
  readonly name: string
  readonly start: (page: Page) => ReturnType<Page['locator']>
}

/** A new person signs in, clicks Start at home, and waits for the launcher. @returns seconds from the click */
async function timed(browser: Browser, url: string, { name, start }: Visit): Promise<number> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.goto(`${url}/hub/login?next=%2Fhub%2Fhome`)
    await page.locator('input[name=username]').fill(name)
    await page.locator('input[name=password]').fill(PASSWORD)
    await page.locator('[type=submit]').click()
    await page.waitForURL('**/hub/home')
    const begun = performance.now()
    await start(page).click()
    await page.locator('.jp-Launcher').waitFor({ timeout: 90_000 })
    return (performance.now() - begun) / 1000
  } finally {
    await context.close()
  }
}
