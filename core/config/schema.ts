import * as z from 'zod'

import { Duration } from './duration.ts'
import { isLoopback, splitAddress } from './listen-address.ts'

const Listen = z
  .string()
  .refine(
    (text) => splitAddress(text) !== undefined,
    'is not an address with a port, such as 127.0.0.1:8000 or [::1]:8000',
  )
  .transform((text) => splitAddress(text) ?? { host: '', port: 0 })

const PublicUrl = z
  .url({ protocol: /^https?$/, error: 'is not a web address such as http://127.0.0.1:8000' })
  .refine(
    (text) => new URL(text).pathname === '/',
    'has a path; the hub is served at the root of its address',
  )
  .transform((text) => new URL(text).origin)

const Authenticator = z.strictObject({
  use: z
    .enum(['password', 'dummy'])
    .default('password')
    .describe(
      'How people sign in: `password` (kept by the hub) or `dummy` (one password for all, for tests and load)',
    ),
  allow: z
    .enum(['listed', 'everyone'])
    .default('listed')
    .describe(
      '`listed`: only people whom an admin has added; `everyone`: whoever can sign in is added (not with `password`)',
    ),
  admins: z
    .array(z.string())
    .default([])
    .describe('Names of people who are made admins when they are added'),
  password: z.string().default('').describe("`dummy`'s password").meta({ secret: true }),
  on_network: z
    .enum(['refuse', 'accept'])
    .default('refuse')
    .describe('Whether `dummy` may be used on an address that other machines reach'),
})

const Spawner = z.strictObject({
  use: z
    .enum(['auto', 'process'])
    .default('auto')
    .describe(
      'What runs the servers. `auto` takes the strongest that holds on this machine; `process` keeps nobody apart, so `auto` takes it only while the hub is reached from this machine alone',
    ),
  process: z
    .strictObject({
      every_notebook_is_operator: z
        .boolean()
        .default(false)
        .describe(
          'Accepts, on an address that other machines reach, that everyone with a notebook can do all that the hub can',
        ),
    })
    .prefault({}),
  command: z
    .array(z.string().min(1))
    .min(1)
    .default(['jupyterhub-singleuser'])
    .describe('The single-user server and its arguments'),
  environment: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of an environment variable'),
      z.string(),
    )
    .default({})
    .describe('Further environment of every server. Not for secrets: each person can read his own'),
  start_timeout: Duration.prefault('60s').describe(
    'How long a server may take from its start to its first answer',
  ),
  homes: z
    .string()
    .default('')
    .describe("Folder of people's files, for `process`; empty: `homes` in the data directory"),
})

/** Every setting of the hub. The descriptions are the manual. */
export const HubConfig = z
  .strictObject({
    listen: Listen.prefault('127.0.0.1:8000').describe(
      'Address and port of the public entrance. An address that other machines reach needs `public_url`',
    ),
    public_url: PublicUrl.optional().describe(
      'What people type into the browser; by default http:// and `listen`',
    ),
    public_names: z
      .array(z.string())
      .default([])
      .describe(
        'Further host names under which the hub may be asked for; localhost and 127.0.0.1 count as one',
      ),
    authenticator: Authenticator.prefault({}),
    spawner: Spawner.prefault({}),
  })
  .superRefine((config, context) => {
    if (config.public_url === undefined && !isLoopback(config.listen.host)) {
      context.addIssue({
        code: 'custom',
        path: ['public_url'],
        message: `is needed, because listen (${config.listen.host}) is reached from other machines: say which address people type`,
      })
    }
    if (config.authenticator.use === 'password' && config.authenticator.allow === 'everyone') {
      context.addIssue({
        code: 'custom',
        path: ['authenticator', 'allow'],
        message:
          '`everyone` does not go with `password`: whoever has no account has no password either',
      })
    }
    if (config.authenticator.use === 'dummy' && config.authenticator.password === '') {
      context.addIssue({
        code: 'custom',
        path: ['authenticator', 'password'],
        message: 'is needed with `use: dummy`',
      })
    }
  })
  .transform((config) => ({
    ...config,
    public_url: config.public_url ?? defaultPublicUrl(config.listen),
  }))

export type HubConfig = z.output<typeof HubConfig>

function defaultPublicUrl({ host, port }: { host: string; port: number }): string {
  return new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}`).origin
}
