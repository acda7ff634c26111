import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { ServerBody } from './models.ts'
import { nothing, ServerParams } from './params.ts'

export const startServer = endpoint({
  method: 'POST',
  path: '/users/:user/servers/:server',
  summary:
    'Start a server (201: it is ready, 202: it is on its way); without a name: POST /users/:user/server',
  scopes: ['start:servers'],
  params: ServerParams,
  body: nothing,
  output: z.void(),
  status: 202,
  also: { 201: 'It is ready' },
})

export const stopServer = endpoint({
  method: 'DELETE',
  path: '/users/:user/servers/:server',
  summary: 'Stop a server, or give up its start (204: it is gone, 202: it is on its way)',
  scopes: ['delete:servers'],
  params: ServerParams,
  body: nothing,
  output: z.void(),
  status: 202,
  also: { 204: 'It is gone' },
})

export const getServer = endpoint({
  method: 'GET',
  path: '/users/:user/servers/:server',
  summary: 'One server',
  scopes: ['read:servers'],
  params: ServerParams,
  body: nothing,
  output: ServerBody,
  status: 200,
})
