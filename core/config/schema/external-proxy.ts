import * as z from 'zod'

import { HttpUrl } from './addresses.ts'

/** A proxy that the operator runs himself, in place of the hub's own. */
export const ExternalProxy = z.strictObject({
  api_url: HttpUrl.optional()
    .describe(
      'REST API of a proxy on this machine that you run yourself, such as configurable-http-proxy; without it `./start` runs the hub’s own. With it, the hub takes requests of that proxy on `listen`',
    )
    .meta({ live: 'restart' }),
  token_file: z
    .string()
    .default('')
    .describe(
      'File whose first line is its token (CONFIGPROXY_AUTH_TOKEN). One that is missing is made',
    )
    .meta({ live: 'restart' }),
})
