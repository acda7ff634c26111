import type { IncomingMessage } from 'node:http'

import { clientAddress as addressOf } from '#core/base/client-address.ts'
import type { SignInFrom } from '#core/domain/sign-in/sign-in-service.ts'

/**
 * Which socket a request came in by. `front`: from the proxy; the only door where forwarding headers are believed and cookies
 * count · `servers`: from notebook servers; only `/hub/api`, by token · `operator`: whoever may open that socket is the operator.
 */
export type Door = 'front' | 'servers' | 'operator'

interface Entry {
  readonly door: Door
  readonly isTrusted: (address: string) => boolean
}

const entries = new WeakMap<IncomingMessage, Entry>()
const nobody: Entry['isTrusted'] = () => false

/**
 * Marks a request, before anything else looks at it.
 * @param isTrusted whether the address is that of a proxy before ours, which tells of others
 */
export function comeIn(request: IncomingMessage, door: Door, isTrusted = nobody): void {
  entries.set(request, { door, isTrusted })
}

/** An unmarked request came by no door of ours and gets the least trust. */
export function doorOf(request: IncomingMessage): Door {
  return entries.get(request)?.door ?? 'servers'
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

/** The client's address by the word of our own proxy, and of those before it; '' at doors where nobody's word on it counts. */
export function clientAddress(request: IncomingMessage): string {
  const forwarded = request.headers['x-forwarded-for']
  const entry = entries.get(request)
  if (entry?.door !== 'front' || typeof forwarded !== 'string') return ''
  const told = forwarded.split(',')
  return addressOf(told, told.pop()?.trim() ?? '', entry.isTrusted)
}
