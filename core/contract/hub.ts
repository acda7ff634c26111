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

export const getHealth = endpoint({
  method: 'GET',
  path: '/health',
  summary: 'Whether the hub answers: an empty 200',
  scopes: [],
  params: z.object({}),
  body: nothing,
  output: z.void(),
  status: 200,
})

export const getOpenApi = endpoint({
  method: 'GET',
  path: '/openapi.json',
  summary: 'This document (ours)',
  scopes: [],
  params: z.object({}),
  body: nothing,
  output: z.record(z.string(), z.unknown()),
  status: 200,
})
