import * as z from 'zod'

import { UserName } from './names.ts'

export const Authenticator = z.strictObject({
  use: z
    .enum(['password', 'dummy'])
    .default('password')
    .describe(
      'How people sign in: `password` (kept by the hub) or `dummy` (one password for all, for tests and load)',
    )
    .meta({ live: 'restart' }),
  allow: z
    .enum(['listed', 'everyone'])
    .default('listed')
    .describe(
      '`listed`: only people whom an admin has added; `everyone`: whoever can sign in is added (not with `password`)',
    ),
  admins: z
    .array(UserName)
    .default([])
    .describe('Names of people who are made admins when they are added'),
  password: z
    .string()
    .default('')
    .describe("`dummy`'s password")
    .meta({ secret: true, live: 'restart' }),
  on_network: z
    .enum(['refuse', 'accept'])
    .default('refuse')
    .describe('Whether `dummy` may be used on an address that other machines reach')
    .meta({ live: 'restart' }),
})
