import { expect, test } from 'vitest'

import { ProxyMetrics } from './metrics.ts'
import { TimedRoutes } from './timed-routes.ts'

const routes = new TimedRoutes(undefined, new Date())
const metrics = new ProxyMetrics(routes)
const lines = async (pattern: RegExp) =>
  ((await metrics.shown()).text ?? '').split('\n').filter((line) => pattern.test(line))

test.each([
  'api_route_get',
  'api_route_add',
  'api_route_delete',
  'find_target_for_req',
  'last_activity_updating',
  'requests_ws',
  'requests_web',
  'requests_proxy',
  'requests_api',
  'process_cpu_seconds_total',
  'nodejs_eventloop_lag_seconds',
])('%s is there, as in configurable-http-proxy', async (name) => {
  expect(await lines(new RegExp(`^# TYPE ${name} `))).toHaveLength(1)
})

test('requests and answers are counted by their kind and status', async () => {
  metrics.asked('web')
  metrics.asked('web')
  metrics.asked('ws')
  for (const status of [200, 101, 404, 200]) metrics.answered(status)
  metrics.refused('no_route')
  metrics.ended('route gone')
  metrics.opened()
  metrics.opened()
  metrics.closed()

  expect(await lines(/^(?:requests_|bulkhead_|last_activity.*count)/)).toEqual([
    'requests_web 2',
    'requests_ws 1',
    'requests_proxy{status="200"} 2',
    'requests_proxy{status="101"} 1',
    'requests_proxy{status="404"} 1',
    'bulkhead_proxy_refused_total{reason="no_route"} 1',
    'bulkhead_proxy_ended_total{why="route_gone"} 1',
    'bulkhead_proxy_connections 1',
    'bulkhead_proxy_routes 0',
    'last_activity_updating_count 3',
  ])
  // Whoever asks twice is not told twice as much.
  expect(await lines(/^requests_web/)).toEqual(['requests_web 2'])
})

test('all look-ups are counted, and some of them timed', async () => {
  for (let i = 0; i < 1000; i++) routes.find('/user/ada', 'hub.example')

  const text = await lines(/^find_target_for_req/)
  expect(text).toContain('find_target_for_req_count 1000')
  expect(routes.samples()).toHaveLength(16)
  const sum = Number(text.find((line) => line.includes('_sum '))?.split(' ')[1])
  expect(sum).toBeGreaterThan(0)
  expect(sum).toBeLessThan(60)
})
