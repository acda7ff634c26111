import { connect, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'

/** An answer as it came, taken apart as far as it can be. */
export interface Answered {
  /** 0: none came. */
  readonly status: number
  readonly reason: string
  /** Interim answers (1xx) before it, as `status name: value …`. */
  readonly interim: readonly string[]
  /** Names in lower case, as received. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
  readonly trailers: readonly (readonly [string, string])[]
  /** Whether the body was whole by its own framing. */
  readonly whole: boolean
  /** Whether the proxy closed the connection, or left it open. */
  readonly end: 'open' | 'closed' | 'silence'
}

/** So long without a byte: nothing comes any more. */
const SILENCE_MS = 2000
/** After an answer is whole: a proxy that closes does so within this time. */
const LINGER_MS = 15

export interface Place {
  readonly port: number
  readonly secure: boolean
}

/** Sends bytes and reads one answer; after a 101, sends `says` and reads on until nothing more comes. */
export function exchange(place: Place, wire: string, says?: string): Promise<Answered> {
  const { promise, resolve } = Promise.withResolvers<Answered>()
  const socket = open(place)
  const isHead = wire.startsWith('HEAD ')
  let got = ''
  let sent = false
  const finish = (end: Answered['end']) => {
    clearTimeout(timer)
    socket.destroy()
    const answer = parse(got, isHead)
    // The end of the connection is the end of a body that says nothing of its length.
    const whole = answer.whole || (end === 'closed' && answer.status > 0 && isUntilClose(answer))
    resolve({ ...answer, whole, end })
  }
  let timer = setTimeout(() => finish('silence'), SILENCE_MS)
  const wait = (ms: number, end: Answered['end']) => {
    clearTimeout(timer)
    timer = setTimeout(() => finish(end), ms)
  }
  socket.on('data', (data: Buffer) => {
    got += data.toString('latin1')
    const { whole, status } = parse(got, isHead)
    if (status !== 101 || says === undefined)
      return wait(whole ? LINGER_MS : SILENCE_MS, whole ? 'open' : 'silence')
    if (!sent) socket.write(says)
    sent = true
    const isEchoed = got.includes(`echo ${says};`)
    wait(isEchoed ? LINGER_MS : SILENCE_MS, isEchoed ? 'open' : 'silence')
  })
  socket.once('end', () => finish('closed'))
  socket.once('error', () => finish('closed'))
  socket.once(place.secure ? 'secureConnect' : 'connect', () => socket.write(wire, 'latin1'))
  return promise
}

function open({ port, secure }: Place): Socket {
  return secure
    ? connectSecurely({
        port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        servername: 'hub.test',
      })
    : connect(port, '127.0.0.1')
}

type Parsed = Omit<Answered, 'end'>

const NOTHING: Parsed = {
  status: 0,
  reason: '',
  interim: [],
  headers: [],
  body: '',
  trailers: [],
  whole: false,
}

function parse(text: string, isHead: boolean, interim: readonly string[] = []): Parsed {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return { ...NOTHING, interim, body: text }
  const [line = '', ...rest] = text.slice(0, end).split('\r\n')
  const [, code = '0', reason = ''] = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(line) ?? []
  const status = Number(code)
  const headers = rest.map(pair)
  const after = text.slice(end + 4)
  if (status >= 100 && status < 200 && status !== 101)
    return parse(after, isHead, [
      ...interim,
      [code, ...headers.map((each) => each.join(': '))].join(' '),
    ])
  return {
    ...NOTHING,
    status,
    reason,
    interim,
    headers,
    ...(isHead ? { body: after, whole: true } : bodyOf(status, headers, after)),
  }
}

function bodyOf(status: number, headers: Parsed['headers'], text: string) {
  const named = (name: string) => headers.find(([each]) => each === name)?.[1]
  if (status === 101) return { body: text, whole: true }
  if (named('transfer-encoding') === 'chunked') return dechunked(text)
  const length = named('content-length')
  if (length === undefined || status === 204 || status === 304)
    return { body: text, whole: status === 204 || status === 304 }
  return { body: text.slice(0, Number(length)), whole: text.length >= Number(length) }
}

function dechunked(text: string): Pick<Parsed, 'body' | 'trailers' | 'whole'> {
  let [body, at] = ['', 0]
  for (;;) {
    const end = text.indexOf('\r\n', at)
    const size = Number.parseInt(text.slice(at, end), 16)
    if (end < 0 || Number.isNaN(size)) return { body, trailers: [], whole: false }
    if (size === 0) {
      const last = text.indexOf('\r\n\r\n', end)
      const trailers = text.slice(end + 2, Math.max(end + 2, last)).split('\r\n')
      return {
        body,
        trailers: trailers.filter((line) => line !== '').map(pair),
        whole: last >= 0,
      }
    }
    body += text.slice(end + 2, end + 2 + size)
    at = end + 2 + size + 2
  }
}

function isUntilClose({ headers }: Parsed): boolean {
  return !headers.some(([name]) => name === 'transfer-encoding' || name === 'content-length')
}

function pair(line: string): readonly [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}
