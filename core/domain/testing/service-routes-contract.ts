import { describe, expect, test } from 'vitest'

import type { ServiceRoutes } from '../services/service-routes.ts'

const grader = {
  prefix: '/services/grader/',
  url: 'https://grader.example:8443/x',
  address: '93.184.216.34',
  service: 'grader',
  clientId: 'service-grader',
}
const whoami = {
  prefix: '/services/whoami/',
  url: 'http://127.0.0.1:10101',
  address: null,
  service: 'whoami',
  clientId: 'service-whoami-2',
}

/** What everything that keeps routes to services promises. `make` gives one without routes. */
export function describeServiceRoutes(name: string, make: () => Promise<ServiceRoutes>): void {
  describe(`${name} keeps the contract of routes to services`, () => {
    test('what is added is listed as it was added', async () => {
      const routes = await make()
      await routes.addService(grader)
      await routes.addService(whoami)
      await routes.addService(whoami)

      expect(
        (await routes.listServices()).toSorted((a) => (a.service === 'grader' ? -1 : 1)),
      ).toEqual([grader, whoami])
    })

    test('a route that is added again under its prefix takes the place of the other', async () => {
      const routes = await make()
      await routes.addService(grader)
      await routes.addService({ ...grader, address: '93.184.216.35' })

      expect(await routes.listServices()).toEqual([{ ...grader, address: '93.184.216.35' }])
    })

    test('a route can be removed, and removed again', async () => {
      const routes = await make()
      await routes.addService(whoami)
      await routes.remove(whoami.prefix)
      await routes.remove(whoami.prefix)

      expect(await routes.listServices()).toEqual([])
    })
  })
}
