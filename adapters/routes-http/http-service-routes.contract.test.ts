import { afterEach, expect, test } from 'vitest'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { describeServiceRoutes } from '#core/domain/testing/service-routes-contract.ts'

import { HttpServiceRoutes } from './http-service-routes.ts'
import { ProxyApi } from './proxy-api.ts'
import { startProxy } from './testing/proxy-process.ts'

const cleaning: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const clean of cleaning.splice(0)) await clean()
})

async function onRealProxy() {
  const proxy = await startProxy()
  const api = new ProxyApi(proxy)
  cleaning.push(async () => {
    await api[Symbol.asyncDispose]()
    await proxy.end()
  })
  return {
    api,
    routes: new HttpServiceRoutes(api, { ownHosts: false, hsts: () => 60 }),
    port: proxy.port,
  }
}

describeServiceRoutes(
  'HttpServiceRoutes, on the real proxy,',
  async () => (await onRealProxy()).routes,
)

test('a route of which the proxy was told something else is none that is wanted', async () => {
  const { api, routes } = await onRealProxy()
  const route = { prefix: '/services/x/', url: 'http://127.0.0.1:9', address: null }
  await routes.addService({ ...route, service: 'x', clientId: 'service-x' })

  const other = new HttpServiceRoutes(api, { ownHosts: true, hsts: () => undefined })
  expect(await other.listServices()).toEqual([{ ...route, service: 'x', clientId: '' }])
})

test('a request goes to the address that was looked at, and not to what the name leads to', async () => {
  const { routes, port } = await onRealProxy()
  const behind = createServer((request, response) => response.end(`here: ${request.url}`))
  await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve))
  cleaning.push(async () => void behind.close())
  const there = (behind.address() as AddressInfo).port

  await routes.addService({
    prefix: '/services/x/',
    url: `http://nowhere.invalid:${there}/`,
    address: '127.0.0.1',
    service: 'x',
    clientId: 'service-x',
  })

  const answer = await fetch(`http://127.0.0.1:${port}/services/x/deep?y=1`)
  expect(await answer.text()).toBe('here: /services/x/deep?y=1')
})
