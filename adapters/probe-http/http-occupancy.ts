import { request } from 'node:http'

import * as z from 'zod'

import { HubError } from '#core/domain/errors.ts'
import type { Occupancy, Occupied } from '#core/domain/activity/occupancy.ts'
import { prefixOf, type Server, type ServerAddress } from '#core/domain/servers/server.ts'

import { open } from './open-address.ts'

const DEADLINE_MS = 5000
const MOST_BYTES = 64 * 1024

/** Of Jupyter's `GET api/kernels` and `GET api/terminals`, what is asked for here. */
const Time = z.string().transform((text, context) => {
  const time = new Date(text)
  if (!Number.isNaN(time.getTime())) return time
  context.addIssue({ code: 'custom', message: 'is no time' })
  return z.NEVER
})
const Kernels = z.array(z.object({ execution_state: z.string().optional(), last_activity: Time }))
const Terminals = z.array(z.object({ name: z.string() }))

/** A token with which a server lets the hub in, for as long as a question takes. */
export interface OccupancyTokens {
  issue(server: Server): Promise<{ readonly secret: string; readonly void: () => Promise<void> }>
}

/** Asks a single-user server for its kernels and terminals, on its own socket. It is not trusted: it may say what it likes. */
export class HttpOccupancy implements Occupancy {
  readonly #tokens: OccupancyTokens

  constructor(tokens: OccupancyTokens) {
    this.#tokens = tokens
  }

  async ask(server: Server): Promise<Occupied> {
    const { address } = server
    if (!address) throw new HubError('unavailable', 'the server has no address')
    const token = await this.#tokens.issue(server)
    try {
      const signal = AbortSignal.timeout(DEADLINE_MS)
      const get = (path: string) =>
        read(address, { path: prefixOf(server.id) + path, secret: token.secret, signal })
      const kernels = Kernels.parse(JSON.parse((await get('api/kernels')) ?? '[]'))
      // A server without terminals answers 404.
      const terminals = Terminals.parse(JSON.parse((await get('api/terminals')) ?? '[]'))
      const last = Math.max(...kernels.map((kernel) => kernel.last_activity.getTime()))
      return {
        busy: busyWith(kernels, terminals),
        lastActivity: kernels.length === 0 ? null : new Date(last),
      }
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new HubError('unavailable', `The server does not tell what goes on in it: ${why}`, {
        cause,
      })
    } finally {
      await token.void()
    }
  }
}

function busyWith(
  kernels: z.output<typeof Kernels>,
  terminals: z.output<typeof Terminals>,
): string | null {
  const busy = kernels.filter(({ execution_state: state }) => state === 'busy').length
  if (busy > 0) return busy === 1 ? 'a kernel is busy' : `${busy} kernels are busy`
  if (terminals.length === 0) return null
  return terminals.length === 1 ? 'a terminal is open' : `${terminals.length} terminals are open`
}

interface Question {
  readonly path: string
  readonly secret: string
  readonly signal: AbortSignal
}

/** The body of an answer; undefined for 404. Follows no redirect, and reads so much and no more. */
function read(
  address: ServerAddress,
  { path, secret, signal }: Question,
): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>()
  const asked = request({
    createConnection: () => open(address),
    // A question of ours is no activity.
    path: `${path}?no_track_activity=1`,
    headers: { host: 'localhost', connection: 'close', authorization: `token ${secret}` },
    signal,
  })
  asked.once('response', (answer) => {
    const { statusCode = 500 } = answer
    if (statusCode !== 200) {
      asked.destroy()
      if (statusCode === 404) resolve(undefined)
      else reject(new Error(`it answered ${statusCode}`))
      return
    }
    let text = ''
    answer.setEncoding('utf8')
    answer.on('data', (chunk: string) => {
      text += chunk
      if (text.length > MOST_BYTES) asked.destroy(new Error('its answer is too long'))
    })
    answer.once('end', () => resolve(text))
    answer.once('error', reject)
  })
  asked.on('error', reject)
  asked.once('close', () => reject(new Error('it broke off')))
  asked.end()
  return promise
}
