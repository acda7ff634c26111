import { afterEach } from 'vitest'

import { describeRouteTable } from '#core/domain/testing/route-table-contract.ts'

import { startProxy } from './testing/proxy-process.ts'
import { HttpRouteTable } from './http-route-table.ts'

const cleaning: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const clean of cleaning.splice(0)) await clean()
})

describeRouteTable('HttpRouteTable, on the real proxy,', async () => {
  const proxy = await startProxy()
  const table = new HttpRouteTable(proxy)
  cleaning.push(async () => {
    await table[Symbol.asyncDispose]()
    await proxy.end()
  })
  return table
})
