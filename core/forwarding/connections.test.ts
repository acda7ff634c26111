import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { Connections } from './connections.ts'

let folder: string
let connections: Connections
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-connections-'))
  connections = new Connections()
})
afterEach(() => {
  connections.close()
  rmSync(folder, { recursive: true })
})

async function listening(name: string): Promise<Server> {
  const server = createServer((_request, response) => response.end('hello'))
  await new Promise<void>((resolve) => server.listen(join(folder, name), resolve))
  return server
}

async function ask(name: string): Promise<void> {
  const target = { kind: 'unix', path: join(folder, name), owner: null } as const
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const asked = connections.send(target, { method: 'GET', path: '/', headers: ['host', 'x'] })
  asked.once('response', (answer) => answer.resume().once('end', resolve))
  asked.once('error', reject)
  asked.end()
  await promise
}

test('targets that are gone are forgotten, and those that are spoken to are kept', async () => {
  const kept = await listening('kept')
  for (const name of ['a', 'b', 'c']) {
    const server = await listening(name)
    await ask('kept')
    await ask(name)
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
    await new Promise((resolve) => setTimeout(resolve, 20))
  }

  const last = await listening('last')
  await ask('last')

  expect(connections.targets).toBe(2)
  for (const server of [kept, last]) {
    server.closeAllConnections()
    server.close()
  }
})
