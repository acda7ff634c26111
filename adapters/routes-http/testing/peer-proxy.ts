import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const PROGRAM = join(import.meta.dirname, '../../../node_modules/.bin/configurable-http-proxy')

/** configurable-http-proxy itself, in a process of its own. */
export async function startPeerProxy(): Promise<{
  readonly apiUrl: string
  readonly token: string
  readonly end: () => Promise<void>
}> {
  const token = randomUUID()
  const [port = 0, api = 0] = await freePorts()
  const places = ['--ip', '127.0.0.1', '--port', port, '--api-ip', '127.0.0.1', '--api-port', api]
  const child = spawn(process.execPath, [PROGRAM, ...places.map(String)], {
    env: { CONFIGPROXY_AUTH_TOKEN: token },
    stdio: 'ignore',
  })
  const gone = once(child, 'exit')
  const apiUrl = `http://127.0.0.1:${api}`
  while (!(await fetch(apiUrl).catch(() => undefined))) {
    if (child.exitCode !== null) throw new Error('configurable-http-proxy did not start')
    await delay(50)
  }
  return {
    apiUrl,
    token,
    end: async () => {
      child.kill('SIGTERM')
      await gone
    },
  }
}

/** Both are taken at one time, so that they differ. */
async function freePorts(): Promise<readonly number[]> {
  const servers = [createServer(), createServer()]
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening')
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address ? address.port : 0
  })
  for (const server of servers) await once(server.close(), 'close')
  return ports
}
