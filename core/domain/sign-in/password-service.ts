import type { Clock } from '#core/base/clock.ts'

import { HubError } from '../errors.ts'
import type { User } from '../users/user.ts'
import type { CredentialStore } from './credential-store.ts'
import type { PasswordKeeper } from './password-keeper.ts'
import type { SessionService } from './session-service.ts'
import type { SignInService, SignInTry } from './sign-in-service.ts'

export interface PasswordServiceDeps {
  readonly signIn: Pick<SignInService, 'prove'>
  readonly sessions: Pick<SessionService, 'listOf' | 'end'>
  readonly credentials: CredentialStore
  /** Null when the authenticator keeps no passwords. */
  readonly passwords: PasswordKeeper | null
  readonly clock: Clock
}

/** A person's own password, changed by himself. */
export class PasswordService {
  readonly #deps: PasswordServiceDeps

  constructor(deps: PasswordServiceDeps) {
    this.#deps = deps
  }

  /**
   * Guessing the old one is braked as signing in is. His other browsers are signed out; tokens that he made himself stay.
   * @throws HubError `not_signed_in` (the old one is wrong), `too_many`, `invalid` (the new one), `conflict`
   */
  async change(
    user: User,
    { old, wanted }: { readonly old: string; readonly wanted: string },
    from: Pick<SignInTry, 'address' | 'knownBrowser'> & { readonly sessionId: string | null },
    signal: AbortSignal,
  ): Promise<void> {
    const { signIn, sessions, credentials, passwords, clock } = this.#deps
    if (!passwords)
      throw new HubError('conflict', 'This hub keeps no passwords (authenticator.use).')
    await signIn.prove({ name: user.name, password: old, ...from }, signal)
    const hash = await passwords.hash(wanted, { name: user.name })
    await credentials.setHash(user.id, hash, clock.now())
    for (const { id } of await sessions.listOf(user.id))
      if (id !== from.sessionId) await sessions.end(id)
  }
}
