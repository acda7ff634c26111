import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MAIN = join(import.meta.dirname, '../../../apps/proxy/main.ts')

/** The real proxy, in a process of its own. */
export async function startProxy(): Promise<{
  readonly apiSocket: string
  readonly token: string
  /** Of the public entrance. */
  readonly port: number
  readonly end: () => Promise<void>
}> {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-proxy-'))
  const apiSocket = join(folder, 'api.sock')
  const token = 'a token of the tests alone'.replaceAll(' ', '-')
  const port = await freePort()
  const args = ['--ip', '127.0.0.1', '--port', String(port), '--api-socket', apiSocket]
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { CONFIGPROXY_AUTH_TOKEN: token },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', () => reject(new Error('the proxy did not start')))
  })
  return {
    apiSocket,
    token,
    port,
    end: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
      rmSync(folder, { recursive: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
