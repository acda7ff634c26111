import { parseArgs } from 'node:util'

import { hostName } from '#core/forwarding/server.ts'
import { parseTarget, type Target } from '#core/forwarding/target.ts'

export interface ProxyOptions {
  readonly host: string
  readonly port: number
  readonly apiSocket: string
  readonly defaultTarget: Target | undefined
  readonly errorTarget: { readonly target: Target; readonly path: string } | undefined
  readonly publicNames: ReadonlySet<string>
  /** Whether the first segment of a route is a host. */
  readonly hostRouting: boolean
  readonly routesFile: string | undefined
  /** The API's socket is for the group as well: hub and proxy are different accounts. */
  readonly sharedSockets: boolean
}

/** @throws Error with a sentence for whoever typed it */
export function readOptions(args: readonly string[]): ProxyOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ip: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '8000' },
      'api-socket': { type: 'string' },
      'default-target': { type: 'string' },
      'error-target': { type: 'string' },
      'host-routing': { type: 'boolean', default: false },
      'public-name': { type: 'string', multiple: true, default: [] },
      'routes-file': { type: 'string' },
      'shared-sockets': { type: 'boolean', default: false },
    },
  })
  const apiSocket = values['api-socket']
  if (apiSocket === undefined) throw new Error('--api-socket is needed: where the hub sets routes')
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`--port ${values.port} is no port`)
  return {
    host: values.ip,
    port,
    apiSocket,
    defaultTarget: targetOf('--default-target', values['default-target']),
    errorTarget: errorTargetOf(values['error-target']),
    publicNames: withLoopbackNames(values['public-name'].map(hostName)),
    hostRouting: values['host-routing'],
    routesFile: values['routes-file'],
    sharedSockets: values['shared-sockets'],
  }
}

/** On this machine itself, people type either. */
function withLoopbackNames(names: readonly string[]): ReadonlySet<string> {
  const loopback = ['localhost', '127.0.0.1', '[::1]']
  const isHere = (name: string) => loopback.includes(name) || name.endsWith('.localhost')
  return new Set(names.some(isHere) ? [...names, ...loopback] : names)
}

function targetOf(flag: string, text: string | undefined): Target | undefined {
  if (text === undefined) return undefined
  const target = parseTarget(text)
  if (!target)
    throw new Error(`${flag} ${text} is no target: http://host:port or http+unix://<quoted path>`)
  return target
}

function errorTargetOf(text: string | undefined): ProxyOptions['errorTarget'] {
  const target = targetOf('--error-target', text)
  const path = /^[a-z+]+:\/\/[^/]+(\/.*)?$/i.exec(text ?? '')?.[1] ?? ''
  return target && { target, path: path.replace(/\/+$/, '') }
}
