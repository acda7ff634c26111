import { readFile } from 'node:fs/promises'
import { STATUS_CODES } from 'node:http'
import { join } from 'node:path'

import type { Answers, Refusal, RefusalReason } from '#core/forwarding/answers.ts'
import { type Answer, headerOf, type RequestHead } from '#core/forwarding/message.ts'

import { builtInPage } from './built-in-page.ts'
import { fetchPage, type PageSource } from './fetch-page.ts'
import type { ProxyLog } from './log.ts'

/** Who draws the pages: a server, a folder of files, or the proxy itself. */
export type ErrorPages =
  | { readonly by: 'server'; readonly source: PageSource }
  | { readonly by: 'folder'; readonly folder: string }
  | { readonly by: 'us' }

/** What others are asked to draw: as with configurable-http-proxy, that there is no way, or nobody at its end. */
const ASKED_FOR: ReadonlySet<RefusalReason> = new Set(['no_route', 'unreachable'])

/** Pages for what is not passed on. Whatever goes wrong with those of others, there is always one of our own. */
export function errorPages(pages: ErrorPages, log: ProxyLog): Answers {
  return {
    page: (head, refusal) => {
      log.debug(`${refusal.status} ${head.method} ${pathOf(head)} (${refusal.reason})`)
      if (refusal.cause) log.warn(`${pathOf(head)}: ${refusal.cause.message}`)
      if (isWebsocket(head)) return emptyAnswer(refusal)
      if (pages.by === 'us' || !ASKED_FOR.has(refusal.reason)) return builtInPage(head, refusal)
      return drawn(pages, head, refusal).catch((error: unknown) => {
        log.warn(`no page for ${refusal.status}: ${error instanceof Error ? error.message : ''}`)
        return builtInPage(head, pages.by === 'server' ? whileAway(refusal) : refusal)
      })
    },
  }
}

async function drawn(
  pages: Exclude<ErrorPages, { by: 'us' }>,
  head: RequestHead,
  refusal: Refusal,
): Promise<Answer> {
  const { status } = refusal
  if (pages.by === 'folder') {
    const body = await fileFor(pages.folder, status)
    return answerOf(refusal, ['content-type', 'text/html'], body)
  }
  const { headers, body } = await fetchPage(pages.source, head, status)
  return answerOf(refusal, headers, body)
}

async function fileFor(folder: string, status: number): Promise<Buffer> {
  try {
    return await readFile(join(folder, `${status}.html`))
  } catch {
    return readFile(join(folder, 'error.html'))
  }
}

function answerOf(
  { status, retryAfter }: Refusal,
  headers: readonly string[],
  body: Buffer,
): Answer {
  const again = retryAfter === undefined ? [] : ['retry-after', String(retryAfter)]
  return {
    status,
    reason: STATUS_CODES[status] ?? '',
    headers: [...headers, 'cache-control', 'no-store', ...again],
    body,
  }
}

/** Who draws the pages does not answer either: that is the hub, which is back soon. */
function whileAway(refusal: Refusal): Refusal {
  if (refusal.reason !== 'unreachable') return refusal
  return {
    ...refusal,
    message: 'The hub is restarting. This page tries again by itself.',
    retryAfter: 3,
  }
}

function emptyAnswer({ status }: Refusal): Answer {
  return { status, reason: STATUS_CODES[status] ?? '', headers: [], body: Buffer.alloc(0) }
}

function isWebsocket({ headers }: RequestHead): boolean {
  return headerOf(headers, 'upgrade')?.toLowerCase() === 'websocket'
}

/** Without the query, which may hold a secret. */
const pathOf = ({ target }: RequestHead) => target.split('?', 1)[0] ?? ''
