import * as z from 'zod'

import { isRange } from '#core/base/ip-address.ts'

import { HttpUrl, PagePath } from './addresses.ts'
import { Environment, refuseTwice, ServiceName } from './names.ts'
import { Scope } from './scopes.ts'

const Service = z
  .strictObject({
    name: ServiceName.describe('It is served at `/services/NAME/`'),
    url: HttpUrl.optional().describe(
      'Where it answers; the proxy passes `/services/NAME/` on to it',
    ),
    api_token_file: z
      .string()
      .default('')
      .describe(
        'File with its API token; one that is missing is made. Empty: it has none of its own',
      ),
    command: z
      .array(z.string().min(1))
      .default([])
      .describe('With a command the hub runs it, and starts it again when it ends'),
    environment: Environment.default({})
      .describe('Further environment of the command')
      .meta({ secret: true }),
    cwd: z.string().default('').describe('Folder that the command runs in'),
    display: z.boolean().default(true).describe('Whether pages list it'),
    info: z
      .record(z.string(), z.json())
      .default({})
      .describe('Whatever readers of the API want to know of it'),
    admin: z.boolean().default(false).describe('Gives it all that admins may do; a role is better'),
    oauth_client_id: z
      .string()
      .regex(/^service-[A-Za-z0-9_.~-]+$/, 'does not begin with service-')
      .optional()
      .describe('By default `service-NAME`'),
    oauth_redirect_uri: z
      .union(
        [PagePath, HttpUrl],
        'is neither a path such as /services/NAME/oauth_callback nor a web address',
      )
      .optional()
      .describe(
        'Where people come back to after signing in; by default `/services/NAME/oauth_callback`',
      ),
    oauth_no_confirm: z
      .boolean()
      .default(false)
      .describe(
        'Whether people are let through without being asked whether the service may know them',
      ),
    oauth_client_allowed_scopes: z
      .array(Scope)
      .default([])
      .describe('What the service may do for people who signed in, besides knowing who they are'),
  })
  .superRefine(({ command, cwd, environment }, context) => {
    if (command.length > 0) return
    const says = (path: string) =>
      context.addIssue({
        code: 'custom',
        path: [path],
        message: 'is of use with a command alone, and there is none',
      })
    if (cwd !== '') says('cwd')
    if (Object.keys(environment).length > 0) says('environment')
  })

export const Services = z.array(Service).superRefine((services, context) => {
  refuseTwice(
    services.map(({ name }) => name),
    context,
    (index) => [index, 'name'],
  )
})

/** Where addresses that come by the API may lead. What stands in the configuration itself is not limited. */
export const ApiUrls = z.strictObject({
  allow: z
    .array(
      z
        .string()
        .refine(isRange, 'is neither an address nor a range of them, such as 10.1.0.0/16')
        .meta({ shape: 'address or range' }),
    )
    .default([])
    .describe(
      'Addresses of this machine and of private networks that services made by the API may have. Public ones they may have anyway, link-local ones never',
    ),
  proxies: z
    .array(HttpUrl)
    .default([])
    .describe(
      'Addresses of proxies that `PATCH /hub/api/proxy` may switch to. They get the token that routes are set with; no other address does',
    ),
})
