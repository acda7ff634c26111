import { describe, expect, test } from 'vitest'

import type { Route, RouteTable } from '../servers/route-table.ts'

const unix = { kind: 'unix', path: '/run/x/s.sock', owner: 1000 } as const
const routeOf = (user: string, prefix = `/user/${user}/`) => ({
  prefix,
  target: unix,
  user,
  serverName: '',
})

/** The routes as they were added: when they were last used is the proxy's to say. */
async function listed(table: RouteTable): Promise<readonly Route[]> {
  return (await table.list()).map(({ lastUse: _lastUse, ...route }) => route)
}

/** What every table of routes promises. */
export function describeRouteTable(name: string, make: () => Promise<RouteTable>): void {
  describe(`${name} keeps the route table contract`, () => {
    test('a route that was added is listed as it was, until it is removed', async () => {
      const table = await make()

      await table.add(routeOf('ada'))
      expect(await listed(table)).toEqual([routeOf('ada')])

      await table.remove('/user/ada/')
      expect(await listed(table)).toEqual([])
    })

    test('adding twice gives one route, with the target that was given last', async () => {
      const table = await make()
      const tcp = { kind: 'tcp', host: '127.0.0.1', port: 8888 } as const

      await table.add(routeOf('ada'))
      await table.add({ ...routeOf('ada'), target: tcp })

      expect(await listed(table)).toEqual([{ ...routeOf('ada'), target: tcp }])
    })

    test('removing what is not there is fine', async () => {
      const table = await make()

      await table.remove('/user/nobody/')

      expect(await listed(table)).toEqual([])
    })

    test('closing connections leaves routes alone, and where nothing is open it is fine', async () => {
      const table = await make()
      await table.add(routeOf('ada'))

      expect(await table.closeConnections({ prefix: '/user/ada/' })).toBe(0)
      expect(await table.closeConnections({ credentials: ['a'.repeat(64)] })).toBe(0)
      expect(await table.closeConnections({ prefix: '/user/nobody/', credentials: [] })).toBe(0)

      expect(await listed(table)).toEqual([routeOf('ada')])
    })

    test.each(['jos%C3%A9@uni.edu', 'a%20b', '__proto__', 'constructor', '%25'])(
      'a person named %s has a route like others',
      async (quoted) => {
        const table = await make()
        const route = routeOf(decodeURIComponent(quoted), `/user/${quoted}/`)

        await table.add(route)
        expect(await listed(table)).toEqual([route])

        await table.remove(route.prefix)
        expect(await listed(table)).toEqual([])
      },
    )
  })
}
