import { filtersOf } from '#core/domain/access/holds.ts'
import { servicePrefixOf } from '#core/domain/services/service.ts'

import type { BrowserCaller } from './caller.ts'
import type { HubHttpDeps } from './hub-http.ts'

const TO_USE = 'access:services'

/** The services that somebody finds on his home page: with pages, to be listed, and his to use. */
export async function serviceMenu(
  { services, rights, addresses }: Pick<HubHttpDeps, 'services' | 'rights' | 'addresses'>,
  { scopes }: BrowserCaller,
): Promise<{ name: string; url: string }[]> {
  // Most people may use none; the page needs not look any up for them.
  if (filtersOf(scopes, TO_USE).length === 0) return []
  const shown = (await services.list()).filter(({ url, display }) => url !== null && display)
  const held = await Promise.all(
    shown.map(({ name }) => rights.holdsOneOf(scopes, [TO_USE], { service: name })),
  )
  return shown
    .filter((_service, index) => held[index] === 'yes')
    .map((service) => ({
      name: service.name,
      url: addresses.locate(servicePrefixOf(service)),
    }))
}
