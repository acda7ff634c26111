import type { IncomingMessage, ServerResponse } from 'node:http'

const RETRY_SECONDS = 5

/** Answers in the hub's place while it cannot begin: 503, with the reason. */
export class WaitingRoom {
  why = ''

  readonly routing = (_request: IncomingMessage, response: ServerResponse): void => {
    response
      .writeHead(503, {
        'content-type': 'application/json',
        'retry-after': String(RETRY_SECONDS),
        'cache-control': 'no-store',
        connection: 'close',
      })
      .end(JSON.stringify({ status: 503, message: `The hub cannot begin yet. ${this.why}` }))
  }
}
