import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { nothing } from './params.ts'

/** The version of JupyterHub's protocol that is spoken, sent as `X-JupyterHub-Version` with every answer. */
export const PROTOCOL_VERSION = '6.1.1'

export const getVersion = endpoint({
  method: 'GET',
  path: '/',
  summary: "The hub's version",
  scopes: [],
  params: z.object({}),
  body: nothing,
  output: z.object({ version: z.string() }),
  status: 200,
})
