import { randomUUID } from 'node:crypto'

import { WebSocket } from 'undici'

/** A kernel of a running server, held by a script with a token, without any browser. */
export class Kernel implements Disposable {
  readonly #socket: WebSocket
  readonly id: string

  private constructor(id: string, socket: WebSocket) {
    this.id = id
    this.#socket = socket
  }

  static async start(server: string, token: string): Promise<Kernel> {
    const authorization = `token ${token}`
    const made = await fetch(`${server}api/kernels`, { method: 'POST', headers: { authorization } })
    if (made.status !== 201) throw new Error(`no kernel: ${made.status} ${await made.text()}`)
    const body: unknown = await made.json()
    const id = String(Reflect.get(Object(body), 'id'))
    const url = `${server.replace(/^http/, 'ws')}api/kernels/${id}/channels`
    const socket = new WebSocket(url, { headers: { authorization } })
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve())
      socket.addEventListener('error', () => reject(new Error(`no connection to ${url}`)))
    })
    return new Kernel(id, socket)
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  /** Sends a cell; does not wait for its end. */
  run(code: string): void {
    const header = {
      msg_id: randomUUID(),
      username: '',
      session: randomUUID(),
      msg_type: 'execute_request',
      version: '5.3',
      date: new Date().toISOString(),
    }
    const content = { code, silent: false, store_history: true, user_expressions: {} }
    this.#socket.send(
      JSON.stringify({ header, parent_header: {}, metadata: {}, content, channel: 'shell' }),
    )
  }

  [Symbol.dispose](): void {
    this.#socket.close()
  }
}
