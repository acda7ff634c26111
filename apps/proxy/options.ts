import { BlockList, isIP } from 'node:net'

import { DEFAULT_FORWARDING, type ForwardingOptions } from '#core/forwarding/forwarding-options.ts'
import type { CrowdLimits } from '#core/forwarding/gatekeeper.ts'
import type { Limits } from '#core/forwarding/limits.ts'
import { hostName } from '#core/forwarding/read-request.ts'
import { parseTarget, type Target } from '#core/forwarding/target.ts'

import { type CommandLine, CommandLineEnd, type LogLevel } from './command-line.ts'
import { crowdOf, drainMsOf, limitsOf } from './limit-flags.ts'
import type { TlsFiles } from './tls.ts'

/** Where a server of this process listens. A host of '' is all addresses of the machine. */
export type Place = { readonly path: string } | { readonly host: string; readonly port: number }

export interface ProxyOptions {
  readonly front: Place
  readonly api: Place
  readonly metrics: Place | undefined
  /** A port whose visitors are sent to https on port `to`. */
  readonly redirect:
    | { readonly host: string; readonly port: number; readonly to: number }
    | undefined
  readonly tls: {
    readonly front: TlsFiles | undefined
    readonly api: TlsFiles | undefined
    readonly client: TlsFiles | undefined
    /** Certificates of https targets are not checked. */
    readonly insecure: boolean
  }
  /** What the REST API asks for; undefined: nothing. */
  readonly token: string | undefined
  readonly defaultTarget: string | undefined
  readonly errors: ErrorSource
  /** All but the certificates, which are files. */
  readonly forwarding: Omit<ForwardingOptions, 'clientTls'>
  readonly limits: Limits
  /** How many at once. */
  readonly crowd: CrowdLimits
  /** How long requests may go on after the proxy was told to end. */
  readonly drainMs: number
  readonly publicNames: ReadonlySet<string>
  /** Proxies in front whose forwarding headers are believed. */
  readonly trustedProxies: BlockList
  /** Balancers that tell whose a connection is, by the PROXY protocol. */
  readonly announcers: BlockList
  readonly http2: boolean
  /** Whether the first segment of a route is a host. */
  readonly hostRouting: boolean
  readonly routesFile: string | undefined
  /** The API's socket is for the group as well: hub and proxy are different accounts. */
  readonly sharedSockets: boolean
  readonly pidFile: string | undefined
  readonly logLevel: LogLevel
}

/** Who draws error pages: a server (`GET <its path>/<code>?url=…`), a folder of files, or this process itself. */
type ErrorSource =
  | { readonly by: 'server'; readonly target: Target }
  | { readonly by: 'folder'; readonly folder: string }
  | { readonly by: 'us' }

type Environment = Readonly<Record<string, string | undefined>>

const DEFAULT_PORT = 8000
/** Who reaches the API of a shared socket, or of our own hub, must have been told a real secret. */
const SHORTEST_TOKEN = 16

/**
 * What was typed and what the environment says, as the process needs it.
 * @param isChild started by our own supervisor
 * @throws CommandLineEnd with a sentence for whoever typed it
 */
export function proxyOptions(typed: CommandLine, env: Environment, isChild: boolean): ProxyOptions {
  const { port = DEFAULT_PORT, socket } = typed
  const tls = {
    front: frontTls(typed, env['CONFIGPROXY_SSL_KEY_PASSPHRASE']),
    api: apiTls(typed, env['CONFIGPROXY_API_SSL_KEY_PASSPHRASE']),
    client: clientTls(typed),
    insecure: typed.insecure === true,
  }
  if (typed.redirectPort !== undefined && !tls.front)
    throw mistake('--redirect-port leads to https, which needs --ssl-key and --ssl-cert')
  return {
    front: socket === undefined ? { host: addressOf(typed.ip ?? ''), port } : { path: socket },
    api: apiPlace(typed, socket === undefined ? port : undefined),
    metrics: metricsPlace(typed),
    redirect:
      typed.redirectPort === undefined
        ? undefined
        : {
            host: addressOf(typed.ip ?? ''),
            port: typed.redirectPort,
            to: typed.redirectTo ?? port,
          },
    tls,
    token: tokenOf(env['CONFIGPROXY_AUTH_TOKEN'], isChild || typed.sharedSockets === true),
    defaultTarget: defaultTargetOf(typed),
    errors: errorSource(typed),
    forwarding: forwardingOf(typed),
    limits: limitsOf(typed),
    crowd: crowdOf(typed),
    drainMs: drainMsOf(typed),
    publicNames: withLoopbackNames((typed.publicName ?? []).map(hostName)),
    trustedProxies: listed('--trusted-proxy', typed.trustedProxy),
    announcers: listed('--proxy-protocol-from', typed.proxyProtocolFrom),
    http2: typed.http2,
    hostRouting: typed.hostRouting === true,
    routesFile: typed.routesFile,
    sharedSockets: typed.sharedSockets === true,
    pidFile: typed.pidFile,
    logLevel: typed.logLevel,
  }
}

function apiPlace({ apiSocket, apiIp, apiPort }: CommandLine, front: number | undefined): Place {
  if (apiSocket !== undefined) return { path: apiSocket }
  const port = apiPort ?? (front ?? DEFAULT_PORT) + 1
  if (port > 65_535) throw mistake('there is no port after the public one: give --api-port')
  return { host: addressOf(apiIp), port }
}

function metricsPlace({
  metricsSocket,
  metricsIp = '',
  metricsPort,
}: CommandLine): Place | undefined {
  if (metricsSocket !== undefined) return { path: metricsSocket }
  return metricsPort === undefined ? undefined : { host: addressOf(metricsIp), port: metricsPort }
}

/** `*` is what JupyterHub's older configurations have for all addresses. */
const addressOf = (ip: string) => (ip === '*' ? '' : ip.replace(/^\[(.*)\]$/, '$1'))

function frontTls(typed: CommandLine, passphrase: string | undefined): TlsFiles | undefined {
  const { sslKey: key, sslCert: cert, sslCa: ca, sslRequestCert: requestCert } = typed
  if (key === undefined && cert === undefined) return undefined
  return { key, cert, ca, passphrase, requestCert, ...sharedTls(typed) }
}

function apiTls(typed: CommandLine, passphrase: string | undefined): TlsFiles | undefined {
  const { apiSslKey: key, apiSslCert: cert, apiSslCa: ca, apiSslRequestCert: requestCert } = typed
  if (key === undefined && cert === undefined) return undefined
  return { key, cert, ca, passphrase, requestCert, ...sharedTls(typed) }
}

function clientTls(typed: CommandLine): TlsFiles | undefined {
  const { clientSslKey: key, clientSslCert: cert, clientSslCa: ca } = typed
  return [key, cert, ca].every((file) => file === undefined) ? undefined : { key, cert, ca }
}

function sharedTls({ sslDhparam: dhparam, sslProtocol: protocol, sslCiphers }: CommandLine) {
  return { dhparam, protocol, ciphers: sslCiphers }
}

function tokenOf(token: string | undefined, strict: boolean): string | undefined {
  if (strict && (token === undefined || token.length < SHORTEST_TOKEN))
    throw mistake(
      `CONFIGPROXY_AUTH_TOKEN is needed, with at least ${SHORTEST_TOKEN} characters: the secret that the hub sets routes with`,
    )
  return token === '' ? undefined : token
}

function defaultTargetOf({ defaultTarget }: CommandLine): string | undefined {
  if (defaultTarget !== undefined) targetOf('--default-target', defaultTarget)
  return defaultTarget
}

function errorSource({ errorTarget, errorPath }: CommandLine): ErrorSource {
  if (errorTarget !== undefined && errorPath !== undefined)
    throw mistake('--error-target and --error-path exclude each other: leave one out')
  if (errorPath !== undefined) return { by: 'folder', folder: errorPath }
  if (errorTarget === undefined) return { by: 'us' }
  return { by: 'server', target: targetOf('--error-target', errorTarget) }
}

function targetOf(flag: string, text: string): Target {
  const target = parseTarget(text)
  if (target) return target
  throw mistake(`${flag} ${text} is no target: http://host:port or http+unix://<quoted path>`)
}

function forwardingOf(typed: CommandLine): Omit<ForwardingOptions, 'clientTls'> {
  const { protocolRewrite: protocol, customHeader = [] } = typed
  if (protocol !== undefined && protocol !== 'http' && protocol !== 'https')
    throw mistake(`--protocol-rewrite ${protocol} is neither http nor https`)
  return {
    ...DEFAULT_FORWARDING,
    xForward: typed.xForward,
    prependPath: typed.prependPath,
    includePrefix: typed.includePrefix,
    autoRewrite: typed.autoRewrite === true,
    changeOrigin: typed.changeOrigin === true,
    protocolRewrite: protocol,
    customHeaders: customHeader.flat(),
  }
}

/** On this machine itself, people type either. */
function withLoopbackNames(names: readonly string[]): ReadonlySet<string> {
  const loopback = ['localhost', '127.0.0.1', '[::1]']
  const isHere = (name: string) => loopback.includes(name) || name.endsWith('.localhost')
  return new Set(names.some(isHere) ? [...names, ...loopback] : names)
}

function listed(flag: string, ranges: readonly string[] = []): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const most = isIP(address) === 4 ? 32 : 128
    if (
      isIP(address) === 0 ||
      (bits !== undefined && !/^\d{1,3}$/.test(bits)) ||
      Number(bits) > most
    )
      throw mistake(`${flag} ${range} is neither an address nor a range such as 10.0.0.0/8`)
    list.addSubnet(address, Number(bits ?? most), most === 32 ? 'ipv4' : 'ipv6')
  }
  return list
}

function mistake(sentence: string): CommandLineEnd {
  return new CommandLineEnd(`error: ${sentence}`, 1)
}
