import { ownerOf } from '../access/owner.ts'
import type { RightsService } from '../access/rights-service.ts'
import { foldName } from '#core/base/folded-name.ts'
import { namesInClientId, type ServerId } from '../servers/server.ts'
import type { TokenStore } from '../tokens/token-store.ts'
import type { Token } from '../tokens/token.ts'
import type { AccessEnded } from './access-ended.ts'
import type { HeldCredentialStore } from './held-credential-store.ts'

export interface VisitorWatchDeps {
  readonly held: Pick<HeldCredentialStore, 'visitors'>
  readonly tokens: Pick<TokenStore, 'remove'>
  readonly rights: Pick<RightsService, 'scopesOfToken' | 'holdsOneOf'>
  readonly ended: Pick<AccessEnded, 'ofTokens'>
}

/**
 * Shows visitors out of servers that they may no longer come into, whatever took it away: a share, a group, a role, a setting. What
 * they ask anew is refused by the server within seconds; what they have open is not asked about again, so it is looked at here.
 */
export class VisitorWatch {
  readonly #deps: VisitorWatchDeps

  constructor(deps: VisitorWatchDeps) {
    this.#deps = deps
  }

  /** Looks at every visitor once; called every few seconds. */
  async look(): Promise<void> {
    const { held, tokens, ended } = this.#deps
    const gone: number[] = []
    for (const token of await held.visitors())
      if (!(await this.#mayStay(token))) gone.push(token.id)
    if (gone.length === 0) return
    await ended.ofTokens(gone, async () => {
      for (const id of gone) await tokens.remove(id)
    })
  }

  async #mayStay({ owner, clientId, scopes }: Token): Promise<boolean> {
    const server = serverOf(clientId ?? '')
    if (owner.kind !== 'user' || !server || server.user === owner.user.name) return true
    const { rights } = this.#deps
    const held = await rights.scopesOfToken(scopes, ownerOf(owner.user))
    const target = { user: server.user, server: server.name }
    return (await rights.holdsOneOf(held, ['access:servers'], target)) === 'yes'
  }
}

function serverOf(clientId: string): ServerId | undefined {
  const names = namesInClientId(clientId)
  const read = names && foldName(names.user)
  return names && read && 'name' in read ? { user: read.name, name: names.name } : undefined
}
