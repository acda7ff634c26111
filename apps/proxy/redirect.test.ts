import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterEach, expect, test } from 'vitest'

import { redirectToHttps } from './redirect.ts'

let server: Server
afterEach(() => new Promise((resolve) => server.close(resolve)))

async function ask(to: number, path: string, host: string): Promise<IncomingMessage> {
  server = createServer(redirectToHttps(to))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    get({ port, path, headers: { host }, agent: false }, (answer) => {
      answer.resume()
      resolve(answer)
    }).once('error', reject)
  })
}

test.each([
  [443, 'hub.example', '/a?b=c', 'https://hub.example/a?b=c'],
  [443, 'hub.example:80', '/', 'https://hub.example/'],
  [8443, 'hub.example:8080', '/a%20b', 'https://hub.example:8443/a%20b'],
  [8443, '[::1]:8080', '/', 'https://[::1]:8443/'],
])('to %d, %s%s is sent to %s', async (to, host, path, where) => {
  const { statusCode, headers } = await ask(to, path, host)

  expect([statusCode, headers.location]).toEqual([301, where])
})

test.each(['hub.example:x', 'user@evil.test', 'a/b', 'a b'])(
  'the host %j leads nowhere',
  async (host) => {
    const { statusCode, headers } = await ask(443, '/', host)

    expect([statusCode, headers.location]).toEqual([400, undefined])
  },
)
