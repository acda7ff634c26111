import { Readable } from 'node:stream'

import type { FastifyReply } from 'fastify'

import type { Clock } from '#core/base/clock.ts'

/** A blank line now and then keeps proxies from closing a quiet stream (JupyterHub's interval). */
const KEEP_ALIVE_MS = 8000

export interface EventStream {
  /** Each is the data of one event. */
  readonly events: AsyncIterable<object>
  /** Aborted when whoever listens is gone. */
  readonly leave: AbortController
  readonly clock: Clock
  /** Asked with every blank line; when it does not hold any more the stream ends. Absent: it holds. */
  readonly holds?: () => Promise<boolean>
}

/** Answers with server-sent events. */
export function sendEvents(reply: FastifyReply, parts: EventStream): FastifyReply {
  const { leave } = parts
  const stream = Readable.from(linesOf(parts))
  stream.once('close', () => leave.abort())
  reply.raw.once('close', () => {
    leave.abort()
    stream.destroy()
  })
  return reply
    .type('text/event-stream')
    .header('cache-control', 'no-cache')
    .header('x-accel-buffering', 'no')
    .send(stream)
}

/** One `data:` line an event; an empty one at once, and again and again. */
async function* linesOf({ events, leave, clock, holds }: EventStream): AsyncGenerator<string> {
  yield '\n\n'
  const iterator = events[Symbol.asyncIterator]()
  const beatOf = (): Promise<'beat'> => {
    const beat = () => 'beat' as const
    return clock.sleep(KEEP_ALIVE_MS, leave.signal).then(beat, beat)
  }
  let next = iterator.next()
  let beat = beatOf()
  try {
    while (!leave.signal.aborted) {
      const found = await Promise.race([next, beat])
      if (found === 'beat') {
        if (leave.signal.aborted || (holds && !(await holds()))) return
        beat = beatOf()
        yield '\n\n'
        continue
      }
      if (found.done === true) return
      yield `data: ${JSON.stringify(found.value)}\n\n`
      next = iterator.next()
    }
  } finally {
    // A wait that is still on ends with it.
    leave.abort()
    await iterator.return?.()
  }
}
