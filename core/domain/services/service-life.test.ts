import { beforeEach, describe, expect, test } from 'vitest'

import { ManualClock } from '#core/base/manual-clock.ts'

import {
  FakeResolver,
  FakeServiceProbe,
  FakeServiceRoutes,
  FakeServiceRunner,
  serviceOf,
} from '../testing/fake-services.ts'
import { ServiceLife } from './service-life.ts'
import type { Service } from './service.ts'

let clock: ManualClock
let runner: FakeServiceRunner
let routes: FakeServiceRoutes
let probe: FakeServiceProbe
let resolver: FakeResolver
let services: readonly Service[]
let life: ServiceLife
let told: string[]

beforeEach(() => {
  clock = new ManualClock()
  runner = new FakeServiceRunner()
  routes = new FakeServiceRoutes()
  probe = new FakeServiceProbe()
  resolver = new FakeResolver()
  services = []
  told = []
  life = new ServiceLife({
    services: async () => services,
    runner,
    probe,
    routes,
    resolver,
    allowed: () => [],
    events: {
      started: (name) => told.push(`${name} started`),
      ended: (name, how, waitMs) => told.push(`${name} ${how}, again in ${waitMs}`),
      up: (name) => told.push(`${name} up`),
      down: (name, why) => told.push(`${name} down: ${why}`),
      troubled: (doing, error) => told.push(`${doing}: ${String(error)}`),
    },
    clock,
  })
})

const managed = (name: string, rest: Partial<Service> = {}) =>
  serviceOf(name, { url: null, command: ['cull'], ...rest })
const settled = () => new Promise((resolve) => setImmediate(resolve))
const running = () => [...runner.running.values()]

describe('a service that the hub runs', () => {
  test('is started once, and again when it ends, later each time', async () => {
    services = [managed('cull')]
    await life.reconcile()
    await life.reconcile()
    await settled()
    expect(running()).toHaveLength(1)

    for (const wait of [1000, 2000, 4000]) {
      running()[0]?.end('exited with code 1')
      await settled()
      expect(running()).toEqual([])
      await clock.advance(wait)
      await settled()
      expect(running()).toHaveLength(1)
    }

    expect(told.filter((line) => line.includes('again'))).toEqual([
      'cull exited with code 1, again in 1000',
      'cull exited with code 1, again in 2000',
      'cull exited with code 1, again in 4000',
    ])
  })

  test('whose command cannot be started is tried again, and keeps no other one waiting', async () => {
    services = [managed('broken'), managed('cull')]
    runner.broken.add('broken')
    await life.reconcile()
    await settled()

    expect(running().map(({ service }) => service)).toEqual(['cull'])
    runner.broken.clear()
    await clock.advance(1000)
    await settled()
    expect(running()).toHaveLength(2)
  })

  test('is started anew when what is said of it has changed, and ended when it is gone', async () => {
    services = [managed('cull')]
    await life.reconcile()
    await settled()
    services = [managed('cull', { command: ['cull', '--harder'] })]
    await life.reconcile()
    await settled()
    expect(runner.starts).toBe(2)
    expect(running()).toHaveLength(1)
    expect(life.conditionOf('cull').pid).toBe(2)

    services = []
    await life.reconcile()

    expect(running()).toEqual([])
    expect(life.conditionOf('cull').pid).toBeNull()
  })

  test('ends with the hub, and is not started any more', async () => {
    services = [managed('cull')]
    await life.reconcile()
    await settled()
    await life.end()
    await life.reconcile()
    await clock.advance(100_000)

    expect(running()).toEqual([])
    expect(runner.starts).toBe(1)
  })
})

describe('routes', () => {
  test('are there for services with pages, and go with them', async () => {
    services = [serviceOf('whoami'), managed('cull')]
    await life.reconcile()
    expect([...routes.routes.keys()]).toEqual(['/services/whoami/'])

    services = []
    await life.reconcile()
    expect([...routes.routes.keys()]).toEqual([])
  })

  test('of what the API gave lead where was looked, and nowhere once the name leads inside', async () => {
    services = [serviceOf('x', { url: 'http://x.example/', from: 'api' })]
    resolver.names.set('x.example', ['93.184.216.34'])
    await life.reconcile()
    await life.check()
    expect([...routes.routes.values()]).toMatchObject([{ address: '93.184.216.34' }])
    expect(probe.asked).toEqual([['http://x.example/', '93.184.216.34']])

    resolver.names.set('x.example', ['127.0.0.1'])
    await life.reconcile()
    await life.check()

    expect([...routes.routes.values()]).toEqual([])
    expect(probe.asked).toHaveLength(1)
    expect(life.conditionOf('x').detail).toContain('this machine itself')
  })
})

test('whether a service answers is known, and told when it changes', async () => {
  services = [serviceOf('whoami')]
  probe.answers.set('http://127.0.0.1:9/', 'nothing listens there')
  await life.check()
  await life.check()
  expect(life.conditionOf('whoami')).toMatchObject({ is: 'down', detail: 'nothing listens there' })
  probe.answers.set('http://127.0.0.1:9/', 503)
  await life.check()
  probe.answers.set('http://127.0.0.1:9/', 404)
  await life.check()

  expect(life.conditionOf('whoami').is).toBe('up')
  expect(told).toEqual(['whoami down: nothing listens there', 'whoami up'])
})
