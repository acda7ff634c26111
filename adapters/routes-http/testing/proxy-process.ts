import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MAIN = join(import.meta.dirname, '../../../apps/proxy/main.ts')

export interface ProxyProcess {
  readonly apiSocket: string
  readonly token: string
  /** Of the public entrance. */
  readonly port: number
  readonly pid: number
  /** Whether it still runs. */
  readonly runs: () => boolean
  /** Sends an order to its API. @returns the status and the text of the answer */
  readonly order: (
    method: string,
    path: string,
    body?: object,
  ) => Promise<{ readonly status: number; readonly text: string }>
  readonly end: () => Promise<void>
}

/** The real proxy, in a process of its own. */
export async function startProxy(more: readonly string[] = []): Promise<ProxyProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-proxy-'))
  const apiSocket = join(folder, 'api.sock')
  const token = 'a token of the tests alone'.replaceAll(' ', '-')
  const port = await freePort()
  const own = ['--ip', '127.0.0.1', '--port', String(port), '--api-socket', apiSocket]
  const args = [...own, ...more]
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { CONFIGPROXY_AUTH_TOKEN: token },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  await new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', () => reject(new Error('the proxy did not start')))
  })
  return {
    apiSocket,
    token,
    port,
    pid: child.pid ?? 0,
    runs: () => child.exitCode === null && child.signalCode === null,
    order: (method, path, body) => order({ apiSocket, token }, { method, path, body }),
    end: async () => {
      child.kill('SIGTERM')
      await gone
      rmSync(folder, { recursive: true })
    },
  }
}

function order(
  { apiSocket, token }: Pick<ProxyProcess, 'apiSocket' | 'token'>,
  asked: { readonly method: string; readonly path: string; readonly body: object | undefined },
): Promise<{ readonly status: number; readonly text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>()
  const { method, path, body } = asked
  const headers = { authorization: `token ${token}` }
  const outgoing = request({ socketPath: apiSocket, method, path, headers }, (answer) => {
    let text = ''
    answer.setEncoding('utf8')
    answer.on('data', (piece: string) => (text += piece))
    answer.once('error', reject)
    answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }))
  })
  outgoing.once('error', reject)
  outgoing.end(body && JSON.stringify(body))
  return promise
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
