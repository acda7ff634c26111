import { HttpOccupancy } from '#adapters/probe-http/http-occupancy.ts'
import { type LiveConfig, derived } from '#core/config/live-config.ts'
import { Culler, type CullerDeps } from '#core/domain/activity/culler.ts'
import type { Server } from '#core/domain/servers/server.ts'
import type { TokenService } from '#core/domain/tokens/token-service.ts'

import { cullingSettings } from './settings.ts'

/** A question to a server takes seconds; a token that was not voided is void soon. */
const TOKEN_SECONDS = 60

/** What stops servers that nobody uses. */
export function wireCuller(
  live: LiveConfig,
  {
    tokens,
    ...parts
  }: Omit<CullerDeps, 'occupancy' | 'settings'> & { readonly tokens: TokenService },
): Culler {
  const issue = async ({ id, userId }: Server) => {
    const { token, secret } = await tokens.create({
      userId,
      scopes: [`access:servers!server=${id.user}/${id.name}`],
      note: 'the hub asks the server whether it is used',
      expiresIn: TOKEN_SECONDS,
    })
    return { secret, void: () => tokens.void(token.id) }
  }
  return new Culler({
    ...parts,
    occupancy: new HttpOccupancy({ issue }),
    settings: derived(live, cullingSettings),
  })
}
