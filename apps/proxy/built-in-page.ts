import { STATUS_CODES } from 'node:http'

import type { Refusal } from '#core/forwarding/answers.ts'
import { type Answer, headerOf, type RequestHead } from '#core/forwarding/message.ts'

const HEADERS = [
  'content-security-policy',
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'cache-control',
  'no-store',
  'x-content-type-options',
  'nosniff',
]

/** A page that needs nobody else: for people as HTML, for programs as JSON. It tries again by itself where that makes sense. */
export function builtInPage({ method, headers }: RequestHead, refusal: Refusal): Answer {
  const { status, message, retryAfter } = refusal
  const forPeople = headerOf(headers, 'accept')?.includes('text/html') === true
  // Only what changes nothing may be asked for again without the person.
  const again = method === 'GET' ? retryAfter : undefined
  return {
    status,
    reason: STATUS_CODES[status] ?? '',
    headers: [
      'content-type',
      forPeople ? 'text/html; charset=utf-8' : 'application/json',
      ...HEADERS,
      ...(retryAfter === undefined ? [] : ['retry-after', String(retryAfter)]),
    ],
    body: Buffer.from(
      forPeople ? html(status, message, again) : JSON.stringify({ status, message }),
    ),
  }
}

function html(status: number, message: string, again: number | undefined): string {
  const title = STATUS_CODES[status] ?? String(status)
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${again === undefined ? '' : `<meta http-equiv="refresh" content="${again}">`}
<title>${title}</title><style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.25rem}h1{font-size:1.4rem}small{opacity:.7}</style></head>
<body><main><h1>${title}</h1><p>${escaped(message)}</p><p><small>${status}</small></p></main></body></html>
`
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
