import { isRange, isWithin, kindOfAddress } from '#core/base/ip-address.ts'

import { HubError } from '../errors.ts'

/** Finds the addresses of a host name. */
export interface Resolver {
  /** Empty when there is none. */
  resolve(host: string): Promise<readonly string[]>
}

/** An address that the API gave, and the one address of the network that it may be reached under. */
export interface PinnedUrl {
  readonly url: string
  readonly address: string
}

/**
 * Reads an address that somebody gave through the API: http or https, with a host and without a name or password in it. What
 * the host leads to is looked at when it is used (`pin`), since names can be made to lead elsewhere at any time.
 * @throws HubError `invalid`
 */
export function readOutsideUrl(text: string): URL {
  const url = text.length <= 2048 && !/[\u0000-\u0020\u007f\\]/.test(text) ? URL.parse(text) : null
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '')
    throw new HubError('invalid', 'the url is no web address such as https://service.example/')
  if (url.username !== '' || url.password !== '')
    throw new HubError('invalid', 'the url holds a name or a password; leave them out')
  return url
}

/**
 * The address of the network under which an address that the API gave may be reached. Public ones are; those of this machine
 * and of private networks are when the configuration lists them; link-local ones, where clouds keep secrets, never are. One bad
 * answer among several refuses the name.
 * @throws HubError `invalid`, also for a name that leads nowhere
 */
export async function pin(
  text: string,
  { resolver, allowed }: { readonly resolver: Resolver; readonly allowed: readonly string[] },
): Promise<PinnedUrl> {
  const url = readOutsideUrl(text)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const addresses = isRange(host) ? [host] : await resolver.resolve(host)
  const [first] = addresses
  if (first === undefined) throw new HubError('invalid', `nothing is known of the host ${host}`)
  for (const address of addresses) refuseUnlisted(host, address, allowed)
  return { url: text, address: first }
}

function refuseUnlisted(host: string, address: string, allowed: readonly string[]): void {
  const kind = kindOfAddress(address)
  if (kind === 'public') return
  const listed = allowed.some((range) => isWithin(address, range))
  if (listed && (kind === 'loopback' || kind === 'private')) return
  throw new HubError(
    'invalid',
    `${host} leads to ${address}, which is ${WORDS[kind]}. ${kind === 'loopback' || kind === 'private' ? 'The operator can list it under api_urls.allow in the configuration.' : 'Such addresses are never gone to.'}`,
  )
}

const WORDS = {
  loopback: 'this machine itself',
  private: 'in a private network',
  'link-local': 'of this machine’s own surroundings',
  unusable: 'no address of a server',
} as const
