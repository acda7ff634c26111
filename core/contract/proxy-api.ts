import * as z from 'zod'

/** What is posted to `/api/routes/<path>`: configurable-http-proxy's form, with whatever data its owner attaches. */
export const RouteBody = z.looseObject({
  target: z.string().min(1),
  socket_owner: z
    .int()
    .min(0)
    .optional()
    .describe('uid that must own the socket of an http+unix target; ours'),
})

/** One route as it is listed. */
const ListedRoute = RouteBody.extend({
  last_activity: z.iso.datetime(),
  user: z.string().optional(),
  server_name: z.string().optional(),
  jupyterhub: z.boolean().optional(),
})

export const ListedRoutes = z.record(z.string(), ListedRoute)
