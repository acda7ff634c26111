import { eventually } from '../../e2e/running-hub.ts'
import { type Answered, ask, type Asked, cookiesIn } from './ask.ts'
import { NARROW } from './callers.ts'
import type { Case } from './case.ts'
import { type Hub, PASSWORD, SERVICES } from './hubs.ts'

const MEMORY = /\{([a-z-]+)\}/g

export interface Browser {
  readonly cookie: string
  readonly xsrf: string
}

/** One hub in its starting state: ada (an admin), ann (in group lab, her server runs), ben, and who calls as whom. */
export class World {
  readonly hub: Hub
  readonly #tokens = new Map<string, string>()
  readonly browsers = new Map<string, Browser>()
  /** What earlier answers held and later requests name: `{anns-token}`. */
  readonly #known = new Map<string, string>()

  private constructor(hub: Hub) {
    this.hub = hub
  }

  static async open(hub: Hub): Promise<World> {
    const world = new World(hub)
    await world.#setUp()
    return world
  }

  /** Runs one case. */
  async run(each: Case): Promise<Answered> {
    const answer = await ask(this.hub.url, this.#requestOf(each))
    for (const [name, path] of Object.entries(each.remember ?? {}))
      this.#known.set(name, valueAt(answer.text, path))
    return answer
  }

  #requestOf({ as, method, path, body, headers = {} }: Case): Asked {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    return {
      method,
      path: this.#fill(path.startsWith('@') ? path.slice(1) : `/hub/api${path}`),
      headers: { ...this.#credentials(as), ...this.#filled(headers) },
      ...(text !== undefined && { body: this.#fill(text) }),
    }
  }

  #credentials(as: string): Record<string, string> {
    const [who = '', how] = as.split(' by ')
    if (how === 'cookie') return { cookie: this.browsers.get(who)?.cookie ?? '' }
    if (how === 'page') {
      const { cookie = '', xsrf = '' } = this.browsers.get(who) ?? {}
      return { cookie, 'x-xsrftoken': xsrf }
    }
    const token = this.#tokens.get(who)
    return token === undefined ? {} : { authorization: `token ${token}` }
  }

  #fill(text: string): string {
    return text.replaceAll(MEMORY, (all, name: string) => this.#known.get(name) ?? all)
  }

  #filled(headers: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, this.#fill(value)]),
    )
  }

  async #setUp(): Promise<void> {
    const { hub } = this
    this.browsers.set('ada', await signIn(hub, 'ada'))
    this.#tokens.set('stranger', '0123456789abcdef0123456789abcdef')
    for (const [name, { token }] of Object.entries(SERVICES)) this.#tokens.set(name, token)
    this.#tokens.set('ada', await this.#makeToken('ada by page', 'ada'))
    const must = async (method: string, path: string, body?: unknown) => {
      const answer = await this.run({ as: 'ada', method, path, body })
      if (answer.status >= 300)
        throw new Error(`${hub.url} ${method} ${path}: ${answer.status} ${answer.text}`)
      return answer
    }
    await must('POST', '/users/ann')
    await must('POST', '/users/ben')
    await must('POST', '/groups/lab', { users: ['ann'] })
    await must('POST', '/groups/den')
    for (const name of ['ann', 'ben']) this.browsers.set(name, await signIn(hub, name))
    await must('POST', '/users/ann/server')
    await eventually(async () => /"ready": ?true/.test((await must('GET', '/users/ann')).text))
    const { text } = await ask(hub.url, { method: 'GET', path: '/user/ann/environment' })
    this.#tokens.set('server', valueAt(text, 'JUPYTERHUB_API_TOKEN'))
    for (const name of ['ann', 'ben']) this.#tokens.set(name, await this.#makeToken('ada', name))
    for (const [name, [owner, scopes]] of Object.entries(NARROW))
      this.#tokens.set(name, await this.#makeToken('ada', owner, scopes))
    for (const name of ['ada', 'ann', 'ben', 'server'])
      this.#known.set(`${name}-secret`, this.#tokens.get(name) ?? '')
    for (const [name, { cookie, xsrf }] of this.browsers) {
      this.#known.set(`${name}-cookie`, cookie)
      this.#known.set(`${name}-xsrf`, xsrf)
    }
  }

  async #makeToken(as: string, owner: string, scopes?: readonly string[]): Promise<string> {
    const { status, text } = await this.run({
      as,
      method: 'POST',
      path: `/users/${owner}/tokens`,
      body: { note: 'differential', ...(scopes && { scopes }) },
    })
    if (status !== 201) throw new Error(`${this.hub.url} makes no token for ${owner}: ${text}`)
    return valueAt(text, 'token')
  }
}

/** Signs in by the form, as a browser does, and takes up the cookies and the XSRF token that pages come with. */
export async function signIn({ url }: Hub, name: string): Promise<Browser> {
  const jar = new Map<string, string>()
  const cookie = () => [...jar].map(([key, value]) => `${key}=${value}`).join('; ')
  const visit = async (request: Asked) => {
    const answer = await ask(url, { ...request, headers: { ...request.headers, cookie: cookie() } })
    for (const [key, value] of cookiesIn(answer)) jar.set(key, value)
    return answer
  }
  await visit({ method: 'GET', path: '/hub/login' })
  const form = { username: name, password: PASSWORD, _xsrf: jar.get('_xsrf') ?? '' }
  const { status } = await visit({
    method: 'POST',
    path: '/hub/login',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
  if (status !== 302 && status !== 303)
    throw new Error(`${url}: ${name} cannot sign in (${status})`)
  await visit({ method: 'GET', path: '/hub/home' })
  return { cookie: cookie(), xsrf: jar.get('_xsrf') ?? '' }
}

/** The value at a dotted path in a JSON text; '' where there is none. */
function valueAt(text: string, path: string): string {
  try {
    const found = path
      .split('.')
      .reduce<unknown>(
        (value, key) =>
          typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
        JSON.parse(text),
      )
    return typeof found === 'string' || typeof found === 'number' ? String(found) : ''
  } catch {
    return ''
  }
}
