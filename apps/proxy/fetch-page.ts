import { type RequestOptions, request } from 'node:http'
import { request as requestSecurely } from 'node:https'

import { connectTo } from '#core/base/unix-socket.ts'
import type { ClientTls } from '#core/forwarding/forwarding-options.ts'
import { headerOf, type RequestHead } from '#core/forwarding/message.ts'
import type { Target } from '#core/forwarding/target.ts'

/** How long whoever draws error pages may take, and how large a page may be. */
const ASK_MS = 2000
const MOST_BYTES = 512 * 1024

/** What of its answer is passed on. The policy is our hub's, for its own page. */
const PASSED_ON = ['content-type', 'content-encoding', 'content-security-policy'] as const

/** Who draws pages: `GET <path of the target>/<code>?url=<what was asked for>`. */
export interface PageSource {
  readonly target: Target
  readonly clientTls: ClientTls
}

interface Page {
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly body: Buffer
}

/** Only what decides how the page looks is asked with, and no cookie: the page is the same for everyone. */
export function fetchPage(source: PageSource, head: RequestHead, status: number): Promise<Page> {
  const { promise, resolve, reject } = Promise.withResolvers<Page>()
  const { basePath = '', baseQuery } = source.target
  const asked = new URLSearchParams(baseQuery)
  asked.set('url', head.target)
  const sending = ask(source, {
    path: `${basePath.replace(/\/+$/, '')}/${status}?${asked.toString()}`,
    headers: {
      host: headerOf(head.headers, 'host') ?? 'hub',
      accept: headerOf(head.headers, 'accept') ?? '*/*',
      // Our hub, whose socket this is, takes whoever comes without one for its operator.
      ...(source.target.kind === 'unix' && { 'x-forwarded-for': '' }),
      connection: 'close',
    },
    signal: AbortSignal.timeout(ASK_MS),
  })
  sending.once('error', reject)
  sending.once('response', (answer) => {
    const chunks: Buffer[] = []
    let length = 0
    answer.once('error', reject)
    answer.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > MOST_BYTES) sending.destroy(new Error('the page is too large'))
      chunks.push(chunk)
    })
    answer.once('end', () => {
      const headers = PASSED_ON.flatMap((name) => {
        const value = answer.headers[name]
        return typeof value === 'string' ? [name, value] : []
      })
      resolve({ headers, body: Buffer.concat(chunks) })
    })
  })
  sending.end()
  return promise
}

function ask({ target, clientTls }: PageSource, options: RequestOptions) {
  if (target.kind === 'unix')
    return request({ ...options, createConnection: () => connectTo(target.path, target.owner) })
  const { host, port, secure = false } = target
  return secure
    ? requestSecurely({ ...options, ...clientTls, host, port, agent: false })
    : request({ ...options, host, port, agent: false })
}
