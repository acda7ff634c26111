/** One request that both proxies get. */
export interface Case {
  /** For people, and for the list of differences. */
  readonly name: string
  /** To the public side, to the REST API, or to the port from which people are sent to https. */
  readonly to: 'front' | 'api' | 'redirect'
  /** As it goes over the wire. `TARGET`, `TOKEN` and `LENGTH` in it stand for the
   * address of the server behind, the API's token, and the length of the body. */
  readonly wire: string
  /** Whether it is also compared if the request was noted as activity of its route. */
  readonly activity?: string
  /** After a 101, this is sent, and what comes back is part of what is compared. */
  readonly says?: string
}

interface More {
  readonly headers?: readonly string[]
  readonly body?: string
  /** What the server behind does (backend.ts). */
  readonly does?: string
  readonly version?: string
  readonly host?: string | null
  readonly activity?: string
  readonly says?: string
}

/** A request to the public side; `line` is its method and what it asks for. */
export function ask(line: string, more: More = {}): Case {
  return build('front', line, { host: 'hub.test:8000', ...more })
}

/** A request to the REST API with the right token, unless the headers hold another one. */
export function api(line: string, more: More = {}): Case {
  const headers = more.headers ?? ['Authorization: token TOKEN']
  return build('api', line, { host: 'api.test', ...more, headers })
}

/** A request to the port of `--redirect-port`. */
export function plainly(line: string, more: More = {}): Case {
  return build('redirect', line, { host: 'hub.test', ...more })
}

/** A websocket. */
export function websocket(path: string, more: More = {}): Case {
  const { host = 'hub.test:8000', headers = [] } = more
  const handshake = [
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ]
  return {
    ...build('front', `GET ${path}`, { ...more, host, headers: [...handshake, ...headers] }),
    name: nameOf(`websocket ${path}`, { ...more, host }),
  }
}

/** A request whose every byte matters. */
export function bytes(name: string, wire: string): Case {
  return { name, to: 'front', wire }
}

function build(to: Case['to'], line: string, more: More): Case {
  const { body = '', activity, says } = more
  return {
    name: nameOf(line, more),
    to,
    wire: `${linesOf(line, more).join('\r\n')}\r\n\r\n${body}`,
    ...(activity !== undefined && { activity }),
    ...(says !== undefined && { says }),
  }
}

function linesOf(line: string, { headers = [], body, does, version, host }: More) {
  const framed = headers.some((each) => /^(?:content-length|transfer-enc)/i.test(each))
  return [
    `${line} ${version ?? 'HTTP/1.1'}`,
    ...(typeof host === 'string' ? [`Host: ${host}`] : []),
    ...headers,
    ...(does === undefined ? [] : [`X-Do: ${does}`]),
    ...(body === undefined || framed ? [] : ['Content-Length: LENGTH']),
  ]
}

function nameOf(
  line: string,
  { headers = [], body = '', does, version = '', host, says = '' }: More,
): string {
  return [
    line,
    does === undefined ? '' : `-> ${does}`,
    ...headers,
    host === null ? 'no Host' : host === 'hub.test:8000' || host === 'api.test' ? '' : `at ${host}`,
    version,
    says,
    body.replaceAll('\r\n', '~'),
  ]
    .filter((part) => part !== '')
    .map((part) => part.slice(0, 80))
    .join(' | ')
}
