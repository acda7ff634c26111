import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { PAGE_PARAMS, pageOrItems } from './paging.ts'
import { nothing } from './params.ts'

export const shutDown = endpoint({
  method: 'POST',
  path: '/shutdown',
  summary: 'End the hub; with `proxy: false` it is only started anew',
  audit: 'hub.shutdown',
  scopes: ['shutdown'],
  params: z.object({}),
  body: z
    .strictObject({
      proxy: z.boolean().default(true).describe('whether the public entrance ends as well'),
      servers: z
        .boolean()
        .default(false)
        .describe('whether notebook servers are stopped; else the next hub finds them'),
    })
    .prefault({}),
  output: z.object({ message: z.string() }),
  status: 202,
})

/** A route as the API shows it (JupyterHub's form). */
const Route = z.object({
  routespec: z.string(),
  target: z.string(),
  data: z.record(z.string(), z.unknown()),
})

export const getProxyRoutes = endpoint({
  method: 'GET',
  path: '/proxy',
  summary: 'The routes of the proxy, by their paths',
  scopes: ['proxy'],
  params: z.object(PAGE_PARAMS),
  body: nothing,
  output: pageOrItems(z.record(z.string(), Route)),
  status: 200,
})

export const checkProxy = endpoint({
  method: 'POST',
  path: '/proxy',
  summary: 'Mend the routes of the proxy now',
  audit: null,
  scopes: ['proxy'],
  params: z.object({}),
  body: nothing,
  output: z.void(),
  status: 200,
})

export const changeProxy = endpoint({
  method: 'PATCH',
  path: '/proxy',
  summary: 'Set the routes of another proxy from now on, one that the configuration names',
  audit: 'proxy.change',
  scopes: ['proxy'],
  params: z.object({}),
  body: z.looseObject({
    api_url: z.string().max(2048).optional().describe('stands in api_urls.proxies'),
    auth_token: z.string().min(1).max(1024).optional(),
  }),
  output: z.void(),
  status: 200,
})
