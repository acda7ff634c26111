import { connect, type Socket } from 'node:net'

/** A route and where it leads. */
export type Given = readonly [prefix: string, target: string]

const AT_ONCE = 10
/** An answer that says no more than that a route is added. */
const SMALL = 512

/**
 * Adds routes by the REST API, ten requests under way at once. Written on bare sockets, so that whoever asks costs little beside
 * whoever answers.
 * @returns seconds
 * @throws Error when one is not answered 201
 */
export async function addRoutes(
  api: string,
  token: string,
  routes: readonly Given[],
): Promise<number> {
  const begun = performance.now()
  let next = 0
  const work = async () => {
    await using asker = await Asker.connect(api, token)
    for (;;) {
      const route = routes[next++]
      if (!route) return
      const body = JSON.stringify({ target: route[1] })
      const status = await asker.ask('POST', `/api/routes${route[0]}`, body)
      if (status !== 201) throw new Error(`route ${route[0]} was answered ${status}`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, routes.length) }, work))
  return (performance.now() - begun) / 1000
}

/** Reads all routes. @returns how many there are, and milliseconds */
export async function listRoutes(
  api: string,
  token: string,
): Promise<{ readonly count: number; readonly milliseconds: number }> {
  await using asker = await Asker.connect(api, token)
  const begun = performance.now()
  await asker.ask('GET', '/api/routes', '')
  const milliseconds = performance.now() - begun
  return { count: asker.text.split('"target"').length - 1, milliseconds }
}

/** One connection; one request after the other. */
class Asker implements AsyncDisposable {
  readonly #socket: Socket
  readonly #token: string
  #heard: Buffer[] = []
  #done: ((error?: Error) => void) | undefined
  /** The last answer, as it came. */
  text = ''

  private constructor(socket: Socket, token: string) {
    this.#socket = socket
    this.#token = token
    socket.on('data', (piece: Buffer) => this.#hear(piece))
    socket.on('error', (error) => this.#done?.(error))
    socket.on('close', () => this.#done?.(new Error('the API ended the connection')))
  }

  static async connect(path: string, token: string): Promise<Asker> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const socket = connect({ path }, resolve).once('error', reject)
    await promise
    return new Asker(socket, token)
  }

  async ask(method: string, path: string, body: string): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#heard = []
    this.#done = (error) => (error ? reject(error) : resolve())
    this.#socket.write(
      `${method} ${path} HTTP/1.1\r\nHost: api\r\nAuthorization: token ${this.#token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    await promise
    return Number(this.text.slice(9, 12))
  }

  /** An answer ends with its last chunk, or after as many bytes as it says. */
  #hear(piece: Buffer): void {
    if (this.#heard.length === 0 && piece.length < SMALL) {
      const text = piece.toString('latin1')
      if (/\r\ncontent-length: 0\r\n/i.test(text) || text.endsWith('\r\n0\r\n\r\n')) {
        this.text = text
        return this.#done?.()
      }
    }
    this.#heard.push(piece)
    const first = this.#heard[0]?.toString('latin1') ?? ''
    const head = first.indexOf('\r\n\r\n')
    if (head === -1 && this.#heard.length === 1) return
    const length = /\r\ncontent-length: (\d+)/i.exec(first)?.[1]
    const heard = this.#heard.reduce((sum, each) => sum + each.length, 0)
    const ended =
      length === undefined
        ? piece.toString('latin1').endsWith('\r\n0\r\n\r\n')
        : heard >= head + 4 + Number(length)
    if (!ended) return
    this.text = Buffer.concat(this.#heard).toString('latin1')
    this.#done?.()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#done = undefined
    this.#socket.destroy()
  }
}
