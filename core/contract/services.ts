import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { nothing } from './params.ts'

const ServiceParams = z.object({ service: z.string() })

/** A service as the API shows it: JupyterHub's model; what the asker may not read is absent. */
export const ServiceBody = z.object({
  kind: z.literal('service'),
  name: z.string(),
  admin: z.boolean().optional(),
  roles: z.array(z.string()).optional(),
  url: z.string().optional().describe('where it answers; empty: it serves no pages'),
  prefix: z.string().optional().describe('where people reach it, such as /services/whoami/'),
  command: z.array(z.string()).optional().describe('with one, the hub runs it'),
  pid: z.int().optional().describe('0: it does not run here'),
  info: z.record(z.string(), z.unknown()).optional(),
  display: z.boolean().optional().describe('whether pages list it'),
  health: z
    .object({
      is: z.enum(['up', 'down', 'unknown']),
      since: z.iso.datetime().nullable(),
      detail: z.string(),
    })
    .optional()
    .describe('ours: whether it answers'),
})
export type ServiceBody = z.infer<typeof ServiceBody>

export const listServices = endpoint({
  method: 'GET',
  path: '/services',
  summary: 'Services, by their names',
  scopes: ['list:services'],
  lists: true,
  params: z.object({}),
  body: nothing,
  output: z.record(z.string(), ServiceBody),
  status: 200,
})

export const getService = endpoint({
  method: 'GET',
  path: '/services/:service',
  summary: 'One service',
  scopes: ['read:services', 'read:services:name', 'read:roles:services'],
  params: ServiceParams,
  body: nothing,
  output: ServiceBody,
  status: 200,
})

export const addService = endpoint({
  method: 'POST',
  path: '/services/:service',
  summary:
    'Make a service that runs elsewhere; one that the hub runs can stand in the configuration alone',
  scopes: ['admin:services'],
  audit: 'service.add',
  params: ServiceParams,
  body: z
    .strictObject({
      name: z.string().optional().describe('that of the path counts'),
      url: z.string().max(2048).default('').describe('http or https; where it may lead is limited'),
      info: z.record(z.string(), z.json()).default({}),
      display: z.boolean().default(true),
      admin: z.boolean().default(false),
      api_token: z.string().max(1024).optional(),
      oauth_client_id: z.string().max(255).optional(),
      oauth_redirect_uri: z.string().max(2048).optional(),
      oauth_client_allowed_scopes: z.array(z.string().max(1024)).max(100).default([]),
      oauth_no_confirm: z.boolean().default(false),
      command: z.array(z.string()).optional().describe('refused: only the operator says what runs'),
      cwd: z.string().optional().describe('of use with a command alone'),
      environment: z.record(z.string(), z.string()).optional(),
      user: z.string().optional(),
    })
    .describe("JupyterHub's definition of a service"),
  output: ServiceBody,
  status: 201,
})

export const removeService = endpoint({
  method: 'DELETE',
  path: '/services/:service',
  summary:
    'Remove a service that was made by the API, with its tokens (405: it stands in the configuration)',
  scopes: ['admin:services'],
  audit: 'service.remove',
  params: ServiceParams,
  body: nothing,
  output: z.void(),
  status: 200,
})

export const makeServiceToken = endpoint({
  method: 'POST',
  path: '/services/:service/tokens',
  summary: 'Make a further token of the service (ours); it is shown once',
  scopes: ['admin:services'],
  audit: 'token.create',
  params: ServiceParams,
  body: z.strictObject({ note: z.string().max(255).default('made by the API') }).prefault({}),
  output: z.object({ token: z.string(), service: z.string(), note: z.string() }),
  status: 201,
})
