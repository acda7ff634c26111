import { request } from 'node:http'

import { backoff } from '#core/base/backoff.ts'
import { WrongSocketError } from '#core/base/unix-socket.ts'
import { HubError } from '#core/domain/errors.ts'
import type { ServerProbe } from '#core/domain/servers/server-probe.ts'
import type { ServerAddress } from '#core/domain/servers/server.ts'

import { open } from './open-address.ts'
import { SocketWatch } from './socket-watch.ts'

/** How long one try may take. */
const TRY_MS = 5000
/** When to try again without a sign that something changed. */
const TICK_MS = 500
/** A socket is there a moment before it takes connections, and nothing tells of that: then the wait begins short. */
const SOON_MS = 10

/** Notices at once that a server answers: its socket's directory is watched, and each change is a reason to try. */
export class HttpServerProbe implements ServerProbe {
  /**
   * A link in the socket's place, or a socket of somebody else's, is not waited out: nothing honest puts it there.
   * @throws HubError `unavailable` for that, the signal's reason when it aborts
   */
  async untilAnswering(address: ServerAddress, prefix: string, signal: AbortSignal): Promise<void> {
    const watch = new SocketWatch(address.kind === 'unix' ? address.path : undefined)
    const waits = backoff(SOON_MS, TICK_MS)
    try {
      for (;;) {
        signal.throwIfAborted()
        const found = await tryOnce(address, prefix, signal)
        if (found === 'answers') return
        await watch.changed(found === 'nothing' ? TICK_MS : waits.next().value, signal)
      }
    } finally {
      watch.close()
    }
  }
}

type Found = 'answers' | 'something' | 'nothing'

/** `GET {prefix}api`: a status below 500 is an answer. No redirect is followed, no credential sent, no body read. */
function tryOnce(address: ServerAddress, prefix: string, signal: AbortSignal): Promise<Found> {
  const { promise, resolve, reject } = Promise.withResolvers<Found>()
  const asked = request({
    // Heeded only without an agent, so none may be named.
    createConnection: () => open(address),
    path: `${prefix}api`,
    headers: { host: 'localhost', connection: 'close' },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]),
  })
  asked.once('response', ({ statusCode = 500 }) => {
    resolve(statusCode < 500 ? 'answers' : 'something')
    asked.destroy()
  })
  asked.on('error', (error) => {
    if (error instanceof WrongSocketError)
      reject(
        new HubError(
          'unavailable',
          `What lies where the server should listen is not its socket: ${error.message}`,
          { cause: error },
        ),
      )
    else resolve('code' in error && error.code === 'ENOENT' ? 'nothing' : 'something')
  })
  // Whatever else ends it, an answer that switches protocols for example, must not leave the caller waiting.
  asked.once('close', () => resolve('something'))
  asked.end()
  return promise
}
