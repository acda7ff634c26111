import { type IncomingMessage, request as ask, STATUS_CODES } from 'node:http'

import { connectTo } from '#core/base/unix-socket.ts'
import type { Answers, Refusal } from '#core/forwarding/answers.ts'
import { type Answer, headerOf, type RequestHead } from '#core/forwarding/message.ts'
import type { Target } from '#core/forwarding/target.ts'

import type { ErrorPages } from './options.ts'

/** How long the hub may take to draw an error page, and how large it may be. */
const ASK_MS = 2000
const MOST_BYTES = 512 * 1024

/** Pages for what is not passed on: the hub draws them; while it is away, a plain one that tries again by itself. */
export function answersFrom(errors: ErrorPages): Answers {
  return {
    page: (head, refusal) => {
      if (refusal.reason !== 'unreachable') return plain(head, { ...refusal, again: false })
      const message = 'The hub is restarting. This page tries again by itself.'
      const away = () => plain(head, { status: 503, message, again: true })
      if (errors.by !== 'server') return away()
      return fetchPage(head, { ...errors, status: 503 }).catch(away)
    },
  }
}

async function fetchPage(
  head: RequestHead,
  {
    target,
    path,
    status,
  }: { readonly target: Target; readonly path: string; readonly status: number },
): Promise<Answer> {
  const url = `${path}/${status}?url=${encodeURIComponent(head.target)}`
  const { type, body, policy } = await get(target, url, head.headers)
  return {
    status,
    reason: STATUS_CODES[status] ?? '',
    headers: [
      'Content-Type',
      type,
      'Cache-Control',
      'no-store',
      ...(policy === undefined ? [] : ['Content-Security-Policy', policy]),
    ],
    body,
  }
}

interface Fetched {
  readonly type: string
  readonly policy: string | undefined
  readonly body: Buffer
}

/** Only what decides how the page looks is passed on to the hub, and no cookie: the page is the same for everyone. */
function get(target: Target, path: string, headers: readonly string[]): Promise<Fetched> {
  const { promise, resolve, reject } = Promise.withResolvers<Fetched>()
  const options =
    target.kind === 'unix'
      ? { createConnection: () => connectTo(target.path, target.owner) }
      : { host: target.host, port: target.port }
  const asked = ask({
    ...options,
    path,
    headers: {
      host: headerOf(headers, 'host') ?? 'hub',
      accept: headerOf(headers, 'accept') ?? '*/*',
      'x-forwarded-for': '',
      connection: 'close',
    },
    signal: AbortSignal.timeout(ASK_MS),
  })
  asked.once('error', reject)
  asked.once('response', (answer: IncomingMessage) => {
    const chunks: Buffer[] = []
    let length = 0
    answer.once('error', reject)
    answer.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > MOST_BYTES) asked.destroy(new Error('the page is too large'))
      chunks.push(chunk)
    })
    answer.once('end', () => {
      const policy = answer.headers['content-security-policy']
      resolve({
        type: answer.headers['content-type'] ?? 'text/plain',
        policy: typeof policy === 'string' ? policy : undefined,
        body: Buffer.concat(chunks),
      })
    })
  })
  asked.end()
  return promise
}

function plain(
  { headers }: RequestHead,
  { status, message, again }: Pick<Refusal, 'status' | 'message'> & { readonly again: boolean },
): Answer {
  const isPage = (headerOf(headers, 'accept') ?? '').includes('text/html')
  return {
    status,
    reason: STATUS_CODES[status] ?? '',
    headers: [
      'Content-Type',
      isPage ? 'text/html; charset=utf-8' : 'application/json',
      'Content-Security-Policy',
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'Cache-Control',
      'no-store',
      'X-Content-Type-Options',
      'nosniff',
      ...(again ? ['Retry-After', '3'] : []),
    ],
    body: Buffer.from(isPage ? html(status, message, again) : JSON.stringify({ status, message })),
  }
}

function html(status: number, message: string, again: boolean): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${again ? '<meta http-equiv="refresh" content="3">' : ''}
<title>${STATUS_CODES[status] ?? status}</title><style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.25rem}h1{font-size:1.4rem}</style></head>
<body><main><h1>${STATUS_CODES[status] ?? status}</h1><p>${escaped(message)}</p></main></body></html>
`
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
