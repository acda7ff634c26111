import { createHash } from 'node:crypto'

/** RFC 6455 section 1.3. */
const WEBSOCKET_ID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** What a server that understands websockets answers to the key. */
export function acceptOf(key: string | undefined): string | undefined {
  if (key === undefined) return undefined
  return createHash('sha1').update(`${key}${WEBSOCKET_ID}`).digest('base64')
}

/** The headers of a websocket by HTTP/2: the handshake of HTTP/1.1 has no part in it (RFC 8441 section 5). */
export function websocketHeaders(headers: readonly string[]): string[] {
  const kept: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    const [name = '', value = ''] = [headers[i], headers[i + 1]]
    if (!HANDSHAKE.has(name.toLowerCase())) kept.push(name, value)
  }
  return kept
}

const HANDSHAKE = new Set([
  'sec-websocket-key',
  'sec-websocket-accept',
  'content-length',
  'transfer-encoding',
])
