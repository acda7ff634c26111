import { describe, expect, test } from 'vitest'

import type { RouteTable } from '../servers/route-table.ts'

const unix = { kind: 'unix', path: '/run/x/s.sock', owner: 1000 } as const
const routeOf = (user: string, prefix = `/user/${user}/`) => ({
  prefix,
  target: unix,
  user,
  serverName: '',
})

/** What every table of routes promises. */
export function describeRouteTable(name: string, make: () => Promise<RouteTable>): void {
  describe(`${name} keeps the route table contract`, () => {
    test('a route that was added is listed as it was, until it is removed', async () => {
      const table = await make()

      await table.add(routeOf('ada'))
      expect(await table.list()).toEqual([routeOf('ada')])

      await table.remove('/user/ada/')
      expect(await table.list()).toEqual([])
    })

    test('adding twice gives one route, with the target that was given last', async () => {
      const table = await make()
      const tcp = { kind: 'tcp', host: '127.0.0.1', port: 8888 } as const

      await table.add(routeOf('ada'))
      await table.add({ ...routeOf('ada'), target: tcp })

      expect(await table.list()).toEqual([{ ...routeOf('ada'), target: tcp }])
    })

    test('removing what is not there is fine', async () => {
      const table = await make()

      await table.remove('/user/nobody/')

      expect(await table.list()).toEqual([])
    })

    test('closing connections leaves routes alone, and where nothing is open it is fine', async () => {
      const table = await make()
      await table.add(routeOf('ada'))

      expect(await table.closeConnections({ prefix: '/user/ada/' })).toBe(0)
      expect(await table.closeConnections({ credentials: ['a'.repeat(64)] })).toBe(0)
      expect(await table.closeConnections({ prefix: '/user/nobody/', credentials: [] })).toBe(0)

      expect(await table.list()).toEqual([routeOf('ada')])
    })

    test.each(['jos%C3%A9@uni.edu', 'a%20b', '__proto__', 'constructor', '%25'])(
      'a person named %s has a route like others',
      async (quoted) => {
        const table = await make()
        const route = routeOf(decodeURIComponent(quoted), `/user/${quoted}/`)

        await table.add(route)
        expect(await table.list()).toEqual([route])

        await table.remove(route.prefix)
        expect(await table.list()).toEqual([])
      },
    )
  })
}
