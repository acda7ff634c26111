import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'

import { addLimits, type LimitFlags } from './limit-flags.ts'

/** What was typed, under the names that the flags have in camel case. Checked one by one; what belongs together is checked in `options.ts`. */
export interface CommandLine extends LimitFlags {
  readonly ip?: string
  readonly port?: number
  readonly socket?: string
  readonly apiIp: string
  readonly apiPort?: number
  readonly apiSocket?: string
  readonly metricsIp?: string
  readonly metricsPort?: number
  readonly metricsSocket?: string
  readonly defaultTarget?: string
  readonly hostRouting?: true
  readonly errorTarget?: string
  readonly errorPath?: string
  readonly redirectPort?: number
  readonly redirectTo?: number
  readonly sslKey?: string
  readonly sslCert?: string
  readonly sslCa?: string
  readonly sslRequestCert?: true
  readonly sslRejectUnauthorized?: true
  readonly sslProtocol?: string
  readonly sslCiphers?: string
  readonly sslDhparam?: string
  readonly apiSslKey?: string
  readonly apiSslCert?: string
  readonly apiSslCa?: string
  readonly apiSslRequestCert?: true
  readonly apiSslRejectUnauthorized?: true
  readonly clientSslKey?: string
  readonly clientSslCert?: string
  readonly clientSslCa?: string
  readonly insecure?: true
  readonly xForward: boolean
  readonly prependPath: boolean
  readonly includePrefix: boolean
  readonly autoRewrite?: true
  readonly changeOrigin?: true
  readonly protocolRewrite?: string
  readonly customHeader?: readonly (readonly [string, string])[]
  readonly logLevel: LogLevel
  readonly pidFile?: string
  readonly publicName?: readonly string[]
  readonly trustedProxy?: readonly string[]
  readonly proxyProtocolFrom?: readonly string[]
  readonly http2: boolean
  readonly routesFile?: string
  readonly sharedSockets?: true
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Asked for and printed (`--help`, `--version`), or a mistake; `exitCode` is configurable-http-proxy's. */
export class CommandLineEnd extends Error {
  override readonly name = 'CommandLineEnd'
  readonly exitCode: number

  constructor(message: string, exitCode: number) {
    super(message)
    this.exitCode = exitCode
  }
}

/** Flags of configurable-http-proxy, of this or earlier versions, that are not taken, each with what to do instead. */
const DECLINED: readonly (readonly [flags: string, why: string])[] = [
  ...['--ssl-allow-rc4', '--api-ssl-allow-rc4', '--client-ssl-allow-rc4'].map(
    (flag) =>
      [
        flag,
        'RC4 is broken, and the TLS library that this proxy stands on no longer holds it. Leave the flag out; every browser since 2013 does without.',
      ] as const,
  ),
  [
    '--storage-backend <module>',
    'routes are kept in memory, and no program of others is loaded into the public entrance. Leave the flag out; --routes-file FILE keeps the routes over a restart.',
  ],
  ...['--statsd-host <host>', '--statsd-port <port>', '--statsd-prefix <prefix>'].map(
    (flag) =>
      [
        flag,
        'numbers are no longer sent to statsd. Use --metrics-port or --metrics-socket, which Prometheus reads; its statsd_exporter has the way back.',
      ] as const,
  ),
]

const EXAMPLES = `
Environment:
  CONFIGPROXY_AUTH_TOKEN              the secret that the REST API asks for; without it, whoever reaches the API sets routes
  CONFIGPROXY_SSL_KEY_PASSPHRASE      opens --ssl-key
  CONFIGPROXY_API_SSL_KEY_PASSPHRASE  opens --api-ssl-key

Examples:
  $ export CONFIGPROXY_AUTH_TOKEN=$(openssl rand -hex 32)
  $ bulkhead-proxy --ip 127.0.0.1 --port 8000 --default-target http://127.0.0.1:8081
  $ bulkhead-proxy --ssl-key key.pem --ssl-cert cert.pem --port 443 --redirect-port 80
  $ bulkhead-proxy --socket /run/proxy/front.sock --api-socket /run/proxy/api.sock --routes-file /var/lib/proxy/routes.json
  $ curl -H "Authorization: token $CONFIGPROXY_AUTH_TOKEN" -d '{"target": "http://127.0.0.1:9000"}' http://localhost:8001/api/routes/user/ada

All flags of configurable-http-proxy 5.3 are taken. Started under that name, JupyterHub finds it in its place (docs/guides/proxy.md).`

/**
 * Reads what was typed.
 * @throws CommandLineEnd
 */
export function readCommandLine(args: readonly string[], version: string): CommandLine {
  let said = ''
  const program = commandLine(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => (said += text), writeErr: (text) => (said += text) })
  try {
    program.parse([...args], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError)
      throw new CommandLineEnd(said.trimEnd() || error.message, error.exitCode)
    throw error
  }
  return program.opts<CommandLine>()
}

function commandLine(version: string): Command {
  const program = new Command('bulkhead-proxy')
    .description('The public entrance of a hub: passes each request on to where its path leads.')
    .usage('[options]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .configureHelp({ helpWidth: 110 })
    .showHelpAfterError('(bulkhead-proxy --help lists all flags)')
    .addHelpText('after', EXAMPLES)
  addPlaces(program)
  addRouting(program)
  addForwarding(program)
  addLimits(program)
  addTls(program)
  addRunning(program)
  for (const [flags, why] of DECLINED) {
    const declined = new Option(flags).hideHelp()
    program.addOption(declined).on(`option:${declined.name()}`, () => {
      program.error(`error: --${declined.name()} is not taken: ${why}`)
    })
  }
  return program
}

function addPlaces(program: Command): void {
  program
    .optionsGroup('Where it listens:')
    .option('--ip <address>', 'public address (default: all of this machine)')
    .option('--port <n>', 'public port (default: 8000)', port)
    .addOption(
      new Option('--socket <path>', 'public unix socket, instead of an address').conflicts([
        'ip',
        'port',
      ]),
    )
    .option('--api-ip <address>', 'address of the REST API', 'localhost')
    .option('--api-port <n>', 'port of the REST API (default: the public port + 1)', port)
    .option('--api-socket <path>', 'unix socket of the REST API, instead of an address')
    .option('--metrics-ip <address>', 'address of the metrics (default: all)')
    .option('--metrics-port <n>', 'port of the metrics (default: none are served)', port)
    .option('--metrics-socket <path>', 'unix socket of the metrics, instead of an address')
    .option(
      '--redirect-port <n>',
      'a further port, whose visitors are sent to https:// of the public one',
      port,
    )
    .option('--redirect-to <n>', 'the port that they are sent to, where it is another', port)
}

function addRouting(program: Command): void {
  program
    .optionsGroup('Where requests go:')
    .option('--default-target <url>', 'where requests go that no route takes: proto://host[:port]')
    .option('--host-routing', 'the first segment of a route is a host')
    .option('--error-target <url>', 'a server that draws error pages: GET URL/CODE?url=PATH')
    .option('--error-path <folder>', 'a folder of error pages: CODE.html, error.html')
    .option(
      '--public-name <host>',
      'a Host that is served; without any, all are (may be repeated)',
      collect,
    )
    .option(
      '--trusted-proxy <address>',
      'address or range (10.0.0.0/8) of a proxy in front, whose forwarding headers are believed (may be repeated)',
      collect,
    )
    .option(
      '--proxy-protocol-from <address>',
      'address or range of a balancer in front that begins each connection with a PROXY header, which is demanded of it (may be repeated)',
      collect,
    )
    .option('--routes-file <file>', 'keeps the routes over a restart')
}

function addForwarding(program: Command): void {
  program
    .optionsGroup('How requests are passed on:')
    .option('--no-x-forward', 'without X-Forwarded-* headers')
    .option('--no-prepend-path', "without the target's own path before the request's")
    .option('--no-include-prefix', "without the route's prefix")
    .option('--change-origin', 'under the name of the target (Host)')
    .option('--custom-header <name:value>', 'with a further header (may be repeated)', header)
    .option('--auto-rewrite', "redirects to the target's own host lead back to the proxy's")
    .option('--protocol-rewrite <proto>', 'and to this protocol: http or https')
    .option('--timeout <ms>', 'an exchange over which nothing moves for so long is ended', ms)
    .option('--proxy-timeout <ms>', 'a target that says nothing for so long is given up', ms)
    .option(
      '--keep-alive-timeout <ms>',
      'how long a connection stays open between requests (default: 75000)',
      ms,
    )
}

function addTls(program: Command): void {
  program.optionsGroup('TLS:')
  for (const [prefix, whose] of [
    ['', 'the public side'],
    ['api-', 'the REST API'],
    ['client-', 'the connections to https:// targets'],
  ] as const) {
    program
      .option(`--${prefix}ssl-key <file>`, `private key of ${whose}, as PEM`)
      .option(`--${prefix}ssl-cert <file>`, 'its certificate, and those between it and the root')
      .option(`--${prefix}ssl-ca <file>`, 'authorities that are believed there')
    const [request, reject] = [`--${prefix}ssl-request-cert`, `--${prefix}ssl-reject-unauthorized`]
    if (prefix === 'client-')
      // Taken as configurable-http-proxy takes them: a target always shows a certificate, and it is checked but for --insecure.
      for (const flag of [request, reject]) program.addOption(new Option(flag).hideHelp())
    else
      program
        .option(request, 'ask whoever connects for a certificate')
        .option(reject, 'and turn away who has none (also without this flag)')
  }
  program
    .option('--ssl-protocol <name>', 'one version of TLS alone, such as TLSv1_3 (public side, API)')
    .option('--ssl-ciphers <list>', 'ciphers in the notation of OpenSSL (public side, API)')
    .option('--ssl-dhparam <file>', 'Diffie-Hellman parameters, as PEM')
    .option('--no-http2', 'without HTTP/2, which is offered where there is TLS')
    .option('--insecure', 'do not check the certificates of https:// targets')
}

function addRunning(program: Command): void {
  program
    .optionsGroup('How it runs:')
    .addOption(
      new Option('--log-level <level>', 'what is written to standard error')
        .default('info')
        .argParser(level),
    )
    .option('--pid-file <file>', 'file for the number of the process')
    .option('--shared-sockets', "the API's socket is for the group of the process as well")
}

function port(text: string): number {
  const value = Number(text)
  if (!/^\d{1,5}$/.test(text) || value < 1 || value > 65_535)
    throw new InvalidArgumentError('A port is a number from 1 to 65535.')
  return value
}

function ms(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new InvalidArgumentError('Milliseconds are meant: a whole number.')
  return Number(text)
}

function level(text: string): LogLevel {
  const found = LOG_LEVELS.find((each) => each === text.toLowerCase())
  if (!found) throw new InvalidArgumentError(`One of ${LOG_LEVELS.join(', ')} is meant.`)
  return found
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

/** RFC 9110 sections 5.1 and 5.5: what a name and a value may hold. */
function header(
  text: string,
  before: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
  const [, name, value] =
    /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:([\t\u0020-\u007e\u0080-\u00ff]*)$/.exec(text) ?? []
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('A header is meant, as NAME:VALUE.')
  const others = before.filter(([other]) => other.toLowerCase() !== name.toLowerCase())
  return [...others, [name, value.trim()]]
}
