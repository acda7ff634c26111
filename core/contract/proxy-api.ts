import * as z from 'zod'

/** What a server behind a route may say to browsers, and which cookies it gets; docs/reference/proxy-policy.md. Ours. */
const RoutePolicyData = z.strictObject({
  cookie: z
    .string()
    .min(1)
    .max(4096)
    .describe('name of the cookie by which the server knows its visitors'),
  own_host: z
    .boolean()
    .optional()
    .describe('whether the host serves nothing of anybody but the owner of the route'),
  narrow_cookies: z
    .boolean()
    .optional()
    .describe('whether cookies for more than the route are narrowed to it, and not dropped'),
  hsts: z
    .int()
    .min(0)
    .optional()
    .describe('for how many seconds browsers are to come by https alone'),
})

/** What is posted to `/api/routes/<path>`: configurable-http-proxy's form, with whatever data its owner attaches. */
export const RouteBody = z.looseObject({
  target: z.string().min(1),
  socket_owner: z
    .int()
    .min(0)
    .optional()
    .describe('uid that must own the socket of an http+unix target; ours'),
  address: z
    .union([z.ipv4(), z.ipv6()])
    .optional()
    .describe("address to connect to instead of what the target's host resolves to; ours"),
  policy: RoutePolicyData.optional(),
})

/** One route as it is listed. */
const ListedRoute = RouteBody.extend({
  last_activity: z.iso.datetime(),
  last_use: z.iso
    .datetime()
    .optional()
    .describe('when something other than a plain question was sent there; ours'),
  user: z.string().optional(),
  server_name: z.string().optional(),
  jupyterhub: z.boolean().optional(),
})

export const ListedRoutes = z.record(z.string(), ListedRoute)

/**
 * What is posted to `/api/connections/close` (ours): live connections end, and for some seconds nothing new is let in with the
 * credentials. At least one of the two is given.
 */
export const CloseBody = z
  .strictObject({
    prefix: z.string().min(1).optional().describe('only those of this route'),
    credentials: z
      .array(z.string().regex(/^[0-9a-f]{32,64}$/))
      .max(10_000)
      .optional()
      .describe(
        'only those that were opened with one of these: the SHA-256, or its first 32 digits, of a token or of the id of a browser session',
      ),
  })
  .refine((body) => body.prefix !== undefined || body.credentials !== undefined, {
    message: 'prefix or credentials is needed',
  })

/** How many were closed. */
export const Closed = z.object({ closed: z.int().min(0) })
