import type { FastifyReply, FastifyRequest } from 'fastify'

import { PAGE_DATA_ID, type PageBody, type PageData } from '#core/contract/pages.ts'

import { holds } from '#core/domain/access/holds.ts'

import { type Caller, personOf } from './caller.ts'
import { setXsrfCookie } from './cookies.ts'
import { contentPolicyOfPages, originForPolicy } from './headers.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { xsrfOf } from './xsrf-check.ts'

const MARKER = '<!--page-data-->'

/** Draws pages: the web application's shell with the page's data in it. */
export class Pages {
  readonly #deps: Pick<HubHttpDeps, 'shell' | 'secret' | 'version' | 'announcements' | 'addresses'>

  constructor(
    deps: Pick<HubHttpDeps, 'shell' | 'secret' | 'version' | 'announcements' | 'addresses'>,
  ) {
    this.#deps = deps
  }

  /** Answers with a page, and sees that the browser has the XSRF cookie that the page's forms will need. */
  send(
    request: FastifyRequest,
    reply: FastifyReply,
    page: {
      readonly status?: number
      readonly viewer: Caller | undefined
      readonly body: PageBody
      /** An address at which the page's form may end, besides the hub's own: browsers hold forms back from all others. */
      readonly formTo?: string | undefined
    },
  ): FastifyReply {
    const { secret, version, addresses, shell } = this.#deps
    const { token, isNew } = xsrfOf(request, page.viewer, secret)
    if (isNew) setXsrfCookie(reply, token, { secure: addresses.secure })
    const person = page.viewer && personOf(page.viewer)
    const viewer = person
      ? {
          name: person.name,
          admin: person.admin,
          console: holds(page.viewer?.scopes ?? [], 'admin-ui', {}) === 'yes',
        }
      : null
    const told = this.#deps.announcements.shownTo({ signedIn: viewer !== null })
    const announcement = told ? { text: told.text, level: told.level } : null
    const beside = [addresses.wildcard, originForPolicy(page.formTo ?? '')]
    const policy = contentPolicyOfPages(beside.filter((source) => source !== undefined))
    const data = { ...page.body, viewer, xsrf: token, version, announcement }
    return reply
      .code(page.status ?? 200)
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-security-policy', policy)
      .send(shell.replace(MARKER, () => dataElement(data)))
  }
}

/** JSON that no HTML parser can leave: every `<` is written as an escape. */
function dataElement(data: PageData): string {
  const json = JSON.stringify(data)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
  return `<script type="application/json" id="${PAGE_DATA_ID}">${json}</script>`
}
