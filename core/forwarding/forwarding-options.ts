import type { SecureContextOptions } from 'node:tls'

/** How requests and answers are changed on their way: configurable-http-proxy's options, by their names there. */
export interface ForwardingOptions {
  /** The path of the target comes before the path of the request (`--no-prepend-path` turns it off). */
  readonly prependPath: boolean
  /** The route's prefix stays in the path (`--no-include-prefix` turns it off). */
  readonly includePrefix: boolean
  /** X-Forwarded-For, -Host, -Port and -Proto are added (`--no-x-forward` turns it off; what a client sent is out even so). */
  readonly xForward: boolean
  /** A `Location` that names the target's host is changed to the host of the request (`--auto-rewrite`). */
  readonly autoRewrite: boolean
  /** The `Host` is the target's (`--change-origin`). */
  readonly changeOrigin: boolean
  /** The scheme of a `Location` that names the target's host (`--protocol-rewrite`). */
  readonly protocolRewrite: 'http' | 'https' | undefined
  /** Names and values in turn, set on every request; they take the place of a client's own (`--custom-header`). */
  readonly customHeaders: readonly string[]
  /** For targets over TLS (`--client-ssl-*`, `--insecure`). */
  readonly clientTls: ClientTls
}

export interface ClientTls extends Pick<
  SecureContextOptions,
  'ca' | 'cert' | 'key' | 'ciphers' | 'dhparam' | 'secureProtocol' | 'passphrase'
> {
  readonly rejectUnauthorized?: boolean
}

export const DEFAULT_FORWARDING: ForwardingOptions = {
  prependPath: true,
  includePrefix: true,
  xForward: true,
  autoRewrite: false,
  changeOrigin: false,
  protocolRewrite: undefined,
  customHeaders: [],
  clientTls: {},
}
