import type { FastifyInstance } from 'fastify'

import { changeProxy, checkProxy, getProxyRoutes, shutDown } from '#core/contract/hub-control.ts'
import { HubError } from '#core/domain/errors.ts'
import type { ProxyControl } from '#core/domain/proxy/proxy-control.ts'

import { type Gate, mount } from './mount.ts'
import { askedPage, pageAnswer } from './pagination.ts'

/** What the running hub can be asked, and told, about itself. */
export interface HubControl {
  readonly proxy: ProxyControl
  /** Addresses of proxies that may be switched to. */
  readonly proxies: () => readonly string[]
  /** Makes the proxy's routes what they should be. */
  readonly mendRoutes: () => Promise<void>
  /** Begins to end the hub. */
  readonly end: (what: { readonly proxy: boolean; readonly servers: boolean }) => void
}

/** The hub itself, and its proxy. */
export function mountHub(
  app: FastifyInstance,
  gate: Gate,
  { control, publicUrl }: { readonly control: HubControl; readonly publicUrl: string },
): void {
  mount(app, gate, shutDown, async ({ body, reply }) => {
    // The answer is on its way before anything ends.
    reply.raw.once('finish', () => control.end(body))
    return { message: 'Shutting down Hub' }
  })

  mount(app, gate, getProxyRoutes, async ({ params, request }) => {
    const page = askedPage(request, params)
    const all = (await control.proxy.routes()).toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1))
    const shown = all.slice(page.offset, page.offset + page.limit)
    const items = Object.fromEntries(
      shown.map(({ prefix, target, data }) => [
        prefix,
        { routespec: prefix, target, data: { ...data } },
      ]),
    )
    return pageAnswer({ request, publicUrl }, page, { items, total: all.length })
  })

  mount(app, gate, checkProxy, () => control.mendRoutes())

  mount(app, gate, changeProxy, async ({ body }) => {
    const { api_url: asked, auth_token: token = null } = body
    if (asked === undefined) {
      if (token !== null)
        throw new HubError('invalid', 'a token alone is for nobody: name its proxy (api_url)')
    } else {
      // The token that routes are set with goes nowhere but where the operator has written down.
      const listed = control.proxies().find((url) => plain(url) === plain(asked))
      if (listed === undefined)
        throw new HubError(
          'invalid',
          'api_url is none of the proxies that the operator lists under api_urls.proxies in the configuration',
        )
      control.proxy.pointTo({ apiUrl: plain(listed), token })
    }
    await control.mendRoutes()
  })
}

/** As addresses are compared: without what clients append to them. */
function plain(url: string): string {
  const read = URL.parse(url)
  return read ? `${read.origin}${read.pathname}`.replace(/\/(?:api\/routes\/?)?$/, '') : url
}
