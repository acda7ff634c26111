import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { nothing } from './params.ts'

export const getMetrics = endpoint({
  method: 'GET',
  path: '/metrics',
  summary:
    'The hub in numbers, under JupyterHub’s names, as Prometheus reads them; at /hub/metrics too',
  scopes: ['read:metrics'],
  params: z.object({}),
  body: nothing,
  output: z.string(),
  status: 200,
  media: 'text/plain',
})
