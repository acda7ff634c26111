import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { ServerBody } from './models.ts'
import { nothing, ServerParams } from './params.ts'

const UserOptions = z.record(z.string(), z.unknown())

/** What a server is to be: JupyterHub takes any other object for the options themselves, and so do we. */
const ServerRequest = z
  .looseObject({
    display_name: z.string().optional().describe('1 to 255 printable characters'),
    user_options: UserOptions.nullable()
      .optional()
      .describe('as the form allows; left out: what the server was started with before'),
  })
  .nullish()
export type ServerRequest = z.infer<typeof ServerRequest>

export const startServer = endpoint({
  method: 'POST',
  path: '/users/:user/servers/:server',
  summary:
    'Start a server (201: it is ready, 202: it is on its way); without a name: POST /users/:user/server',
  scopes: ['start:servers'],
  audit: 'server.start',
  params: ServerParams,
  body: ServerRequest,
  output: z.void(),
  status: 202,
  also: { 201: 'It is ready' },
})

export const createServer = endpoint({
  method: 'PUT',
  path: '/users/:user/servers/:server',
  summary: 'Make a named server, and do not start it',
  scopes: ['start:servers'],
  audit: 'server.add',
  params: ServerParams,
  body: ServerRequest,
  output: ServerBody,
  status: 201,
})

export const editServer = endpoint({
  method: 'PATCH',
  path: '/users/:user/servers/:server',
  summary: 'Rename a stopped server, or change what it is called and started with',
  scopes: ['start:servers'],
  audit: 'server.change',
  params: ServerParams,
  body: z
    .strictObject({
      name: z.string().optional().describe('its new name'),
      display_name: z.string().optional(),
      user_options: UserOptions.optional(),
    })
    .refine((body) => Object.keys(body).length > 0, 'says nothing to change'),
  output: ServerBody,
  status: 200,
})

export const stopServer = endpoint({
  method: 'DELETE',
  path: '/users/:user/servers/:server',
  summary: 'Stop a server, or give up its start (204: it is gone, 202: it is on its way)',
  scopes: ['delete:servers'],
  audit: 'server.stop',
  params: ServerParams,
  body: z
    .object({ remove: z.boolean().optional().describe('a named one: take it away, too') })
    .nullish(),
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

export const getServerLog = endpoint({
  method: 'GET',
  path: '/users/:user/servers/:server/log',
  summary: 'The last lines of the log of a server that runs, or did not start; secrets are hidden',
  scopes: ['servers'],
  params: ServerParams.extend({ lines: z.coerce.number().int().min(1).max(1000).default(40) }),
  body: nothing,
  output: z.object({ lines: z.array(z.string()) }),
  status: 200,
})
