import { beforeEach, expect, test } from 'vitest'

import { ManualClock } from '#core/base/manual-clock.ts'
import type { Server } from '#core/domain/servers/server.ts'

import { PromMetrics } from './prom-metrics.ts'

let clock: ManualClock
let metrics: PromMetrics
beforeEach(() => {
  clock = new ManualClock()
  const counts = { count: async () => ({ people: 12, servers: 3, active: [1, 2, 4] }) }
  metrics = new PromMetrics({ counts, clock })
})

const lines = async (part: string) =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(part))
const server = (state: Server['state']) => ({ state, stateSince: clock.now() }) as unknown as Server

/** Names on which the dashboards of JupyterHub stand (jupyterhub/grafana-dashboards), and the rest of its own. */
test.each([
  'jupyterhub_request_duration_seconds',
  'jupyterhub_server_spawn_duration_seconds',
  'jupyterhub_server_stop_seconds',
  'jupyterhub_server_poll_duration_seconds',
  'jupyterhub_running_servers',
  'jupyterhub_total_users',
  'jupyterhub_active_users',
  'jupyterhub_check_routes_duration_seconds',
  'jupyterhub_hub_startup_duration_seconds',
  'jupyterhub_init_spawners_duration_seconds',
  'jupyterhub_proxy_poll_duration_seconds',
  'jupyterhub_proxy_add_duration_seconds',
  'jupyterhub_proxy_delete_duration_seconds',
  'jupyterhub_login_duration_seconds',
  'jupyterhub_logout_duration_seconds',
  'jupyterhub_csp_reports_total',
  'jupyterhub_event_loop_interval_seconds',
  'process_resident_memory_bytes',
  'process_cpu_seconds_total',
  'process_open_fds',
])('%s is there', async (name) => {
  expect(await lines(`# TYPE ${name} `)).toHaveLength(1)
})

test('people and servers are counted when somebody asks', async () => {
  expect(await lines('jupyterhub_total_users')).toEqual(['jupyterhub_total_users 12'])
  expect(await lines('jupyterhub_running_servers')).toEqual(['jupyterhub_running_servers 3'])
  expect(await lines('jupyterhub_active_users')).toEqual([
    'jupyterhub_active_users{period="24h"} 1',
    'jupyterhub_active_users{period="7d"} 2',
    'jupyterhub_active_users{period="30d"} 4',
  ])
})

test('a start is counted by how it went, in JupyterHub’s buckets', async () => {
  metrics.servers.started(server('ready'), 2000)
  const failing = server('spawning')
  await clock.advance(7000)
  metrics.servers.failed(failing, 'no room')
  metrics.servers.failed(server('ready'), 'it died')

  const spawn = 'jupyterhub_server_spawn_duration_seconds'
  expect(await lines(`${spawn}_bucket{le="2.5",status="success"`)).toEqual([
    `${spawn}_bucket{le="2.5",status="success",reason=""} 1`,
  ])
  expect(await lines(`${spawn}_bucket{le="600",status="failure"`)).toHaveLength(1)
  expect(await lines(`${spawn}_sum{status="failure"`)).toEqual([
    `${spawn}_sum{status="failure",reason=""} 7`,
  ])
})

test('a request is counted by its pattern; signing in and out are among them', async () => {
  const answered = (method: string, route: string, status: number) =>
    metrics.answered({ method, route, status, ms: 20 })
  answered('GET', '/hub/api/users/:user', 200)
  answered('POST', '/hub/login', 302)
  answered('POST', '/hub/login', 403)
  answered('GET', '/hub/logout', 200)

  expect(await lines('jupyterhub_request_duration_seconds_count')).toContain(
    'jupyterhub_request_duration_seconds_count{method="GET",handler="/hub/api/users/:user",code="200"} 1',
  )
  expect(await lines('jupyterhub_login_duration_seconds_count')).toEqual([
    'jupyterhub_login_duration_seconds_count{status="success"} 1',
    'jupyterhub_login_duration_seconds_count{status="failure"} 1',
  ])
  expect(await lines('jupyterhub_logout_duration_seconds_count')).toEqual([
    'jupyterhub_logout_duration_seconds_count 1',
  ])
})

test('a call that fails is counted as that, and still fails', async () => {
  await expect(
    metrics.ofRoutes('add', () => Promise.reject(new Error('the proxy is away'))),
  ).rejects.toThrow('away')
  expect(await metrics.ofPoll(async () => ({ is: 'gone' }) as const)).toEqual({ is: 'gone' })

  expect(await lines('jupyterhub_proxy_add_duration_seconds_count{status="failure"')).toEqual([
    'jupyterhub_proxy_add_duration_seconds_count{status="failure"} 1',
  ])
  expect(await lines('jupyterhub_server_poll_duration_seconds_count{status="stopped"')).toEqual([
    'jupyterhub_server_poll_duration_seconds_count{status="stopped"} 1',
  ])
})
