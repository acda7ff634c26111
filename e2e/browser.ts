import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

import { type Browser, chromium, type Page } from 'playwright-core'

/** Chromium of the distribution; as root it needs to be told that it has no sandbox of its own. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}

export async function signIn(
  page: Page,
  hub: { readonly url: string },
  { name, password }: { readonly name: string; readonly password: string },
): Promise<void> {
  await page.goto(`${hub.url}/hub/login`)
  await page.getByLabel('User name').fill(name)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** From home to a JupyterLab that can be used. */
export async function startServer(page: Page, hub: { readonly url: string }): Promise<void> {
  await page.goto(`${hub.url}/hub/home`)
  await page.getByRole('button', { name: 'Start my server' }).click()
  await page.waitForURL('**/user/**', { timeout: 90_000 })
  await page.locator('.jp-Launcher').waitFor({ timeout: 60_000 })
}

/** A new notebook; every cell's text, run in turn. @returns the text of the last cell's output */
export async function runCells(page: Page, cells: readonly string[]): Promise<string> {
  await page.locator('.jp-LauncherCard[data-category="Notebook"]').first().click()
  const notebook = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden)')
  await notebook.locator('.cm-content').first().waitFor({ timeout: 60_000 })
  // The kernel says that it is idle once it has started; what is run before that may be lost.
  await page.locator('#jp-main-statusbar').getByText('Idle').waitFor({ timeout: 60_000 })
  return runFurtherCells(page, cells)
}

/** In the notebook that is open. @returns the text of the last cell's output */
export async function runFurtherCells(page: Page, cells: readonly string[]): Promise<string> {
  const notebook = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden)')
  const outputs = notebook.locator('.jp-OutputArea-output')
  const before = await outputs.count()
  for (const text of cells) {
    await notebook.locator('.jp-Cell').last().locator('.cm-content').click()
    await page.keyboard.insertText(text)
    await page.keyboard.press('Shift+Enter')
  }
  await outputs.nth(before).waitFor({ timeout: 60_000 })
  return (await outputs.last().textContent()) ?? ''
}

/** What axe finds on the page that people cannot live with. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  // Evaluated by the debugger, which the page's content policy does not concern.
  await page.evaluate(source)
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: Axe }).axe.run(),
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

interface Axe {
  run(): Promise<{
    readonly violations: readonly {
      readonly id: string
      readonly impact: string
      readonly nodes: readonly { readonly html: string }[]
    }[]
  }>
}
