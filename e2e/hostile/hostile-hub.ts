import { chmodSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser, BrowserContext, Page } from 'playwright-core'

import { signIn } from '../browser.ts'
import { clientProgram } from '../clients/programs.ts'
import { publicFolder } from '../public-folder.ts'
import { RunningHub } from '../running-hub.ts'

export const ada = { name: 'ada', password: 'lovelace engine 1843' }
/** An admin, whom ada sends a link. */
export const bob = { name: 'bob', password: 'a different engine 9' }

interface Opened {
  readonly port: number
  readonly host?: string
  /** Files. */
  readonly certificate?: { readonly key: string; readonly cert: string }
}

/** Where the proxy may read them, whatever its account. */
function shownIn(folder: string, { key, cert }: { readonly key: string; readonly cert: string }) {
  const files = { key_file: join(folder, 'key.pem'), cert_file: join(folder, 'cert.pem') }
  copyFileSync(key, files.key_file)
  chmodSync(files.key_file, 0o644)
  copyFileSync(cert, files.cert_file)
  return files
}

/** A hub whose every notebook server is hostile; ada's and bob's run. */
export class HostileHub implements AsyncDisposable {
  readonly hub: RunningHub
  /** Where browsers find it. */
  readonly url: string
  readonly #program: AsyncDisposable

  private constructor(hub: RunningHub, url: string, program: AsyncDisposable) {
    this.hub = hub
    this.url = url
    this.#program = program
  }

  /** `host`: the hub's own name; with it, everybody has one below it. `certificate`: by https. */
  static async open({ port, host, certificate }: Opened): Promise<HostileHub> {
    const place = publicFolder()
    const scheme = certificate ? 'https' : 'http'
    const program = join(place.folder, 'hostile_server.py')
    copyFileSync(join(import.meta.dirname, 'hostile_server.py'), program)
    const settings = {
      ...(host !== undefined && { public_url: `${scheme}://${host}:${port}`, subdomains: true }),
      ...(certificate && { tls: shownIn(place.folder, certificate) }),
      spawner: { command: [clientProgram('python'), program] },
    }
    const hub = await RunningHub.create({ port, config: JSON.stringify(settings) })
    await hub.addUser(ada.name, ada.password)
    await hub.addUser(bob.name, bob.password, '--admin')
    for (const { name } of [ada, bob]) await hub.command('server', 'start', name)
    return new HostileHub(hub, `${scheme}://${host ?? '127.0.0.1'}:${port}`, place)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub.command('servers', 'stop', '--all')
    await this.hub[Symbol.asyncDispose]()
    await this.#program[Symbol.asyncDispose]()
  }
}

/** The cookies that a server was sent, by their names, in any request that the page's browser made of it. */
export async function cookiesSeenBy(page: Page, server: string): Promise<readonly string[]> {
  type Seen = readonly (readonly [path: string, ...headers: [name: string, value: string][]])[]
  const { text: told } = await readBy(page, `${server}seen`)
  const requests = JSON.parse(told) as Seen
  const headers = requests.flatMap(([, ...all]) => all.filter(([name]) => name === 'cookie'))
  const names = headers.flatMap(([, text]) =>
    text.split(';').map((pair) => pair.split('=', 1)[0]?.trim() ?? ''),
  )
  return [...new Set(names)].toSorted()
}

/** Each cookie of the browser as `name domain path`. */
export async function cookiesOf(context: BrowserContext): Promise<readonly string[]> {
  const cookies = await context.cookies()
  return cookies.map(({ name, domain, path }) => `${name} ${domain} ${path}`).toSorted()
}

/** Runs a script in the page, as its server may; the text is JavaScript, with `await`. @returns what it returns */
export const scripted = <T>(page: Page, script: string): Promise<T> =>
  page.evaluate<T>(`(async () => { ${script} })()`)

/** Tries to register a worker. @returns its scope, or the name of the error */
export const registerWorker = (page: Page, script: string, scope: string) =>
  scripted<string>(
    page,
    `return navigator.serviceWorker.register(${JSON.stringify(script)}, { scope: ${JSON.stringify(scope)} })
      .then((registration) => registration.scope, (error) => error.name)`,
  )

/** What a script of the page reads of an address with the visitor's cookies: status and text, or that it gets nothing. */
export const readBy = (page: Page, url: string, init: object = {}) =>
  scripted<{ readonly status: number; readonly text: string }>(
    page,
    `const how = { credentials: 'include', ...${JSON.stringify(init)} }
     const answer = await fetch(${JSON.stringify(url)}, how).catch(() => null)
     return answer ? { status: answer.status, text: await answer.text() } : { status: 0, text: '' }`,
  )

/** Sets cookies as a script of the page can. */
export const setCookies = (page: Page, ...cookies: readonly string[]) =>
  scripted(page, cookies.map((cookie) => `document.cookie = ${JSON.stringify(cookie)}`).join('\n'))

/** Signs in, and comes home; whoever has a server is led there first. */
export async function signedIn(
  browser: Browser,
  site: { readonly url: string },
  who: typeof ada,
): Promise<Page> {
  const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage()
  await signIn(page, site, who)
  await page.waitForURL(({ pathname }) => !pathname.startsWith('/hub/login'))
  await page.goto(`${site.url}/hub/home`)
  return page
}
