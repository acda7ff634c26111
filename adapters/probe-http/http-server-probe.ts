import { type FSWatcher, watch } from 'node:fs'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { dirname } from 'node:path'

import { connectTo, WrongSocketError } from '#core/base/unix-socket.ts'
import type { ServerProbe } from '#core/domain/servers/server-probe.ts'
import type { ServerAddress } from '#core/domain/servers/server.ts'

/** How long one try may take, and how much of its answer is read. */
const TRY_MS = 5000
const MOST_BYTES = 64 * 1024
/** Where nothing can be watched, and against a change that was missed. */
const TICK_MS = 250

/** Notices at once that a server answers: the socket's directory is watched, and each change is a reason to try. */
export class HttpServerProbe implements ServerProbe {
  async untilAnswering(address: ServerAddress, prefix: string, signal: AbortSignal): Promise<void> {
    const changes = new Changes(address)
    try {
      while (!(await answers(address, prefix, signal))) {
        signal.throwIfAborted()
        await changes.next(signal)
      }
    } finally {
      changes.close()
    }
  }
}

/** Resolves when there may be something new: the directory changed, or a little time has passed. */
class Changes {
  #watcher: FSWatcher | undefined
  #changed = Promise.withResolvers<void>()

  constructor(address: ServerAddress) {
    if (address.kind !== 'unix') return
    try {
      this.#watcher = watch(dirname(address.path), () => this.#changed.resolve())
      this.#watcher.on('error', () => this.#watcher?.close())
    } catch {
      // The directory may not be there yet; then the tick has to do.
      this.#watcher = undefined
    }
  }

  async next(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, TICK_MS)
    signal.addEventListener('abort', () => resolve(), { once: true })
    await Promise.race([promise, this.#changed.promise])
    clearTimeout(timer)
    this.#changed = Promise.withResolvers()
    signal.throwIfAborted()
  }

  close(): void {
    this.#watcher?.close()
  }
}

/** One try: whether `GET {prefix}api` is answered with a status below 500. No redirect is followed, nothing is sent along. */
async function answers(
  address: ServerAddress,
  prefix: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  let read = 0
  try {
    const asked = request({
      createConnection: () => open(address),
      path: `${prefix}api`,
      headers: { host: 'localhost', connection: 'close' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]),
    })
    asked.once('error', () => resolve(false))
    asked.once('response', (answer) => {
      resolve((answer.statusCode ?? 500) < 500)
      answer.on('data', (chunk: Buffer) => {
        read += chunk.length
        if (read > MOST_BYTES) asked.destroy()
      })
      answer.once('error', () => undefined)
    })
    asked.end()
  } catch (error) {
    if (!isNotThereYet(error)) throw error
    resolve(false)
  }
  return promise
}

function open(address: ServerAddress): Socket {
  return address.kind === 'unix'
    ? connectTo(address.path, address.owner)
    : connect(address.port, address.host)
}

/** A socket that is missing may come; one that is a link or somebody else's may be replaced by the right one until the deadline. */
function isNotThereYet(error: unknown): boolean {
  return error instanceof WrongSocketError || (error instanceof Error && 'code' in error)
}
