import { Agent, request } from 'node:http'

/** A request as it is put on the wire. Node's fetch would add Sec-Fetch headers of its own. */
export interface Asked {
  readonly method: string
  /** From the root: `/hub/api/…`. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

const agent = new Agent({ keepAlive: true })
const PATIENCE_MS = 20_000

/** Asks a hub, following nothing. */
export function ask(hub: string, { method, path, headers = {}, body }: Asked): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>()
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const asked = request(
    hub,
    {
      path,
      method,
      agent,
      headers: { 'user-agent': 'differential', ...length, ...headers },
      signal: AbortSignal.timeout(PATIENCE_MS),
    },
    (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (text += chunk))
      answer.once('error', reject)
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
      )
    },
  )
  asked.once('error', reject)
  asked.end(body)
  return promise
}

/** The cookies that an answer sets, by name; those that it clears are left out. */
export function cookiesIn({ headers }: Answered): ReadonlyMap<string, string> {
  return new Map(
    [headers['set-cookie'] ?? []]
      .flat()
      .map((cookie) => /^([^=]+)=("?)([^;"]*)\2/.exec(cookie))
      .flatMap((found) => (found?.[1] === undefined || !found[3] ? [] : [[found[1], found[3]]])),
  )
}
