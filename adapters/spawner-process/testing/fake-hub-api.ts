import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** One report of activity, as it came. */
export interface Report {
  readonly url: string
  readonly authorization: string | undefined
  readonly body: string
}

/**
 * As much of a hub's API as a single-user server needs to come up and to let one visitor in: whoever shows `visitorToken` has
 * access to the default server of `ada`.
 */
export class FakeHubApi implements AsyncDisposable {
  readonly reports: Report[] = []
  readonly #visitorToken: string
  readonly #server = createServer((asked, answer) => void this.#answer(asked, answer))

  constructor(visitorToken: string) {
    this.#visitorToken = visitorToken
  }

  async listen(socket: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen(socket, resolve)
    await promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    this.#server.closeAllConnections()
    await promise
  }

  async #answer(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method, url = '', headers } = asked
    let body = ''
    for await (const chunk of asked) body += String(chunk)
    answer.setHeader('content-type', 'application/json')
    answer.setHeader('x-jupyterhub-version', '6.1.1')
    const say = (status: number, model: object) => {
      answer.statusCode = status
      answer.end(JSON.stringify(model))
    }
    if (url === '/hub/api') return say(200, { version: '6.1.1' })
    if (method === 'POST' && url.endsWith('/activity')) {
      this.reports.push({ url, authorization: headers.authorization, body })
      return say(200, {})
    }
    if (url === '/hub/api/user' && headers.authorization === `token ${this.#visitorToken}`)
      return say(200, VISITOR)
    say(403, { status: 403, message: 'Forbidden' })
  }
}

const VISITOR = {
  kind: 'user',
  name: 'ada',
  admin: false,
  groups: [],
  session_id: null,
  scopes: ['access:servers!server=ada/', 'read:users:name!user=ada'],
}
