import * as z from 'zod'

import { splitAddress } from '../listen-address.ts'

export const Listen = z
  .string()
  .refine(
    (text) => splitAddress(text) !== undefined,
    'is not an address with a port, such as 127.0.0.1:8000 or [::1]:8000',
  )
  .transform((text) => splitAddress(text) ?? { host: '', port: 0 })
  .meta({ shape: 'address:port' })

export const PublicUrl = z
  .url({ protocol: /^https?$/, error: 'is not a web address such as http://127.0.0.1:8000' })
  .refine(
    (text) => (URL.parse(text)?.pathname ?? '/') === '/',
    'has a path; the hub is served at the root of its address',
  )
  .transform((text) => new URL(text).origin)
  .meta({ shape: 'address' })

/** Of a program that answers http. */
export const HttpUrl = z
  .url({ protocol: /^https?$/, error: 'is not a web address such as http://127.0.0.1:10101' })
  .refine((text) => {
    // What is no address at all is told by the rule above.
    const { username = '', password = '' } = URL.parse(text) ?? {}
    return username === '' && password === ''
  }, 'holds a name or password; leave them out')
  .meta({ shape: 'address' })

/** Of a page on the hub's own address. */
export const PagePath = z
  .string()
  .regex(
    /^\/(?!\/)[^\s\\]*$/,
    'is not a path on this hub: it begins with one slash, such as /lab or /hub/home',
  )
  .meta({ shape: 'path' })

/** Where the hub's data are kept. */
export const DatabaseUrl = z
  .string()
  .superRefine((text, context) => {
    if (text === 'sqlite') return
    const url = /^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined
    const message = !url
      ? 'is neither sqlite nor an address such as postgresql://bulkhead@db.example/bulkhead'
      : url.password !== ''
        ? 'holds a password; put it into a file of mode 0600 and name that in database.password_file'
        : undefined
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })
  .meta({ shape: 'sqlite, or an address' })
