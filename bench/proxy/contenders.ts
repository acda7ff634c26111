import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

import { unixUrl } from '#core/base/unix-socket.ts'

import { eventually, freePort } from '../../e2e/running-hub.ts'
import { descendant } from '../machine.ts'
import { endOf, PROXY_CORE, type Programs, startOn } from './programs.ts'
import { addRoutes } from './route-client.ts'

export const TOKEN = 'bench-0123456789abcdef0123456789abcdef'

/** Who is compared. `direct` is the server behind, without a proxy; `unix` is Bulkhead with that server on a unix socket. */
export const NAMES = {
  direct: 'without a proxy',
  chp: 'configurable-http-proxy',
  nginx: 'nginx',
  ours: 'Bulkhead',
  unix: 'Bulkhead, unix socket',
} as const
export type Name = keyof typeof NAMES

/** The server behind. */
export interface Backend {
  readonly port: number
  readonly socket: string
}

/** One proxy that runs. */
export interface Running extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** The process that carries the bytes. */
  readonly pid: number
  /** Where its REST API is; nginx has none. */
  readonly api?: string
}

export interface StartOptions {
  readonly programs: Programs
  readonly backend: Backend
  /** Where configurable-http-proxy is. */
  readonly peer: string
  readonly tls?: boolean
}

/** What the supervisor gives the proxy (apps/supervisor/child.ts). */
const NODE_FLAGS = ['--max-semi-space-size=2', '--heap-growing-percent=20']
/** All load comes from one address, and goes to one or two routes. */
const CROWD_FLAGS = ['--max-connections-per-address', '0', '--max-connections-per-route', '0']
const MAIN = join(import.meta.dirname, '../../apps/proxy/main.ts')
const HOST = '127.0.0.1'

export async function start(
  name: 'ours' | 'chp' | 'nginx',
  options: StartOptions,
): Promise<Running> {
  return name === 'nginx' ? startNginx(options) : startNode(name, options)
}

/** Ours and configurable-http-proxy, by the same command line, with the routes set by the API. */
async function startNode(name: 'ours' | 'chp', options: StartOptions): Promise<Running> {
  const { programs, peer, backend, tls } = options
  const port = await freePort()
  const api = join(mkdtempSync(join(programs.folder, 'api-')), 'api.sock')
  const { key, cert } = programs.certificate
  const args = [
    ...(name === 'ours' ? [...NODE_FLAGS, MAIN] : [join(peer, 'configurable-http-proxy')]),
    '--ip',
    HOST,
    '--port',
    String(port),
    '--api-socket',
    api,
    '--log-level',
    'error',
    ...(tls === true ? ['--ssl-key', key, '--ssl-cert', cert] : []),
    ...(name === 'ours' ? CROWD_FLAGS : []),
  ]
  const child = await startOn(PROXY_CORE, [programs.node, ...args], {
    env: { CONFIGPROXY_AUTH_TOKEN: TOKEN, NODE_COMPILE_CACHE: join(programs.folder, 'compiled') },
  })
  const ended = () => child.exitCode !== null
  await eventually(async () => ended() || (existsSync(api) && (await answers(port))), 20_000)
  if (ended()) throw new Error(`${NAMES[name]} ended with ${child.exitCode}`)
  const target = `http://${HOST}:${backend.port}`
  await addRoutes(api, TOKEN, [
    ['/user/u0', target],
    ['/user/u1', target],
    ...(name === 'ours' ? [['/user/unix', unixUrl(backend.socket)] as const] : []),
  ])
  return {
    host: HOST,
    port,
    api,
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: () => endOf(child),
  }
}

/** Keeps connections to the server behind, writes no log, says to it what configurable-http-proxy says, and buffers as it comes. */
async function startNginx({ programs, backend, tls }: StartOptions): Promise<Running> {
  const port = await freePort()
  const folder = mkdtempSync(join(programs.folder, 'nginx-'))
  for (const each of ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']) mkdirSync(join(folder, each))
  const { key, cert } = programs.certificate
  const secure = `ssl_certificate ${cert}; ssl_certificate_key ${key};`
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_rlimit_nofile 20000;
events { worker_connections 16384; }
http {
  access_log off; keepalive_requests 1000000000; client_max_body_size 0;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  upstream behind { server ${HOST}:${backend.port}; keepalive 1024; keepalive_requests 1000000000; }
  server {
    listen ${HOST}:${port}${tls === true ? ' ssl' : ''} backlog=4096; ${tls === true ? secure : ''}
    location / {
      proxy_pass http://behind; proxy_http_version 1.1; proxy_request_buffering off; proxy_read_timeout 1h;
      proxy_set_header Host $http_host; proxy_set_header Connection $connection_upgrade; proxy_set_header Upgrade $http_upgrade;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Port $server_port;
      proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $http_host;
    }
  }
}
`,
  )
  const nginx = ['nginx', '-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')]
  const child = await startOn(PROXY_CORE, nginx, {
    env: { PATH: `${process.env['PATH']}:/usr/sbin` },
  })
  await eventually(async () => child.exitCode !== null || (await answersHttp(port)), 10_000)
  if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`)
  const worker = descendant(child.pid ?? 0, 'nginx: worker')
  return { host: HOST, port, pid: worker, [Symbol.asyncDispose]: () => endOf(child) }
}

/** Once a worker is there; before, connections are only queued. */
async function answersHttp(port: number): Promise<boolean> {
  const answered = fetch(`http://${HOST}:${port}/`, { signal: AbortSignal.timeout(1000) })
  return answered.then(
    () => true,
    () => false,
  )
}

function answers(port: number): Promise<boolean> {
  const socket = connect(port, HOST)
  const { promise, resolve } = Promise.withResolvers<boolean>()
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}
