import type { IncomingMessage } from 'node:http'

import type { SignInFrom } from '#core/domain/sign-in/sign-in-service.ts'

/**
 * Which socket a request came in by. `front`: from the proxy; the only door where forwarding headers are believed and cookies
 * count · `servers`: from notebook servers; only `/hub/api`, by token · `operator`: whoever may open that socket is the operator.
 */
export type Door = 'front' | 'servers' | 'operator'

const doors = new WeakMap<IncomingMessage, Door>()

/** Marks a request, before anything else looks at it. */
export function comeIn(request: IncomingMessage, door: Door): void {
  doors.set(request, door)
}

/** An unmarked request came by no door of ours and gets the least trust. */
export function doorOf(request: IncomingMessage): Door {
  return doors.get(request) ?? 'servers'
}

const FORWARDING = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
]

/** Whether something passed the request on, as no operator's client does. */
export function wasForwarded({ headers }: IncomingMessage): boolean {
  return FORWARDING.some((name) => headers[name] !== undefined)
}

/** From where somebody signs in. */
export function fromOf({ raw }: { readonly raw: IncomingMessage }): SignInFrom {
  return { address: clientAddress(raw), userAgent: raw.headers['user-agent'] ?? '' }
}

/** The client's address as our own proxy saw it; '' at doors where nobody's word on it counts. */
export function clientAddress(request: IncomingMessage): string {
  const forwarded = request.headers['x-forwarded-for']
  if (doorOf(request) !== 'front' || typeof forwarded !== 'string') return ''
  return forwarded.split(',').at(-1)?.trim() ?? ''
}
