import type { ShareBody, ShareCodeBody } from '#core/contract/shares.ts'
import type { Addresses } from '#core/domain/servers/addresses.ts'
import type { ServerId } from '#core/domain/servers/server.ts'
import { scopesOver, type Share, type ShareCode } from '#core/domain/shares/share.ts'

/** JupyterHub's model of a share. */
export function shareBody(share: Share, addresses: Addresses): ShareBody {
  const { server, target, scopes, createdAt } = share
  const who = { name: target.name }
  return {
    server: serverPart(share, addresses),
    scopes: [...scopesOver(server, scopes)],
    user: target.kind === 'user' ? who : null,
    group: target.kind === 'group' ? who : null,
    kind: target.kind,
    created_at: createdAt.toISOString(),
  }
}

/** JupyterHub's model of a share code, without the code. */
export function shareCodeBody(code: ShareCode, addresses: Addresses): ShareCodeBody {
  return {
    server: serverPart(code, addresses),
    scopes: [...scopesOver(code.server, code.scopes)],
    id: `sc_${code.id}`,
    created_at: code.createdAt.toISOString(),
    expires_at: code.expiresAt.toISOString(),
    exchange_count: code.exchanges,
    last_exchanged_at: code.lastExchangedAt?.toISOString() ?? null,
  }
}

function serverPart(
  { server, ready }: { readonly server: ServerId; readonly ready: boolean },
  addresses: Addresses,
): ShareBody['server'] {
  return {
    user: { name: server.user },
    name: server.name,
    url: addresses.urlOf(server),
    full_url: addresses.fullUrlOf(server),
    ready,
  }
}
