import type { Clock } from '#core/base/clock.ts'

import { HubError } from '../errors.ts'
import type { ServerService } from '../servers/server-service.ts'
import type { AccessEnded } from '../sign-in/access-ended.ts'
import type { CredentialStore } from '../sign-in/credential-store.ts'
import type { PasswordKeeper } from '../sign-in/password-keeper.ts'
import { normaliseUserName } from './user-name.ts'
import type { PeopleQuery, UserStore } from './user-store.ts'
import type { User } from './user.ts'

export interface UserServiceDeps {
  readonly users: UserStore
  readonly credentials: CredentialStore
  /** Null when the authenticator keeps no passwords. */
  readonly passwords: PasswordKeeper | null
  readonly servers: Pick<ServerService, 'listOf' | 'stop'>
  readonly ended: Pick<AccessEnded, 'ofPerson'>
  readonly clock: Clock
}

/** People: made by whoever may, found by any spelling of their name, removed with everything but their files. */
export class UserService {
  readonly #deps: UserServiceDeps

  constructor(deps: UserServiceDeps) {
    this.#deps = deps
  }

  /** @throws HubError `not_found`, also for what could not be a name */
  async get(rawName: string): Promise<User> {
    const name = nameOrUndefined(rawName)
    const user = name === undefined ? undefined : await this.#deps.users.find(name)
    if (!user) throw new HubError('not_found', 'there is no such person')
    return user
  }

  list(query: PeopleQuery): Promise<{ readonly items: readonly User[]; readonly total: number }> {
    return this.#deps.users.list(query)
  }

  /**
   * Without a password nobody can sign in as the new person until he has used a sign-up link.
   * @throws HubError `invalid` (name or password), `already_exists`
   */
  async add(
    rawName: string,
    { admin, password }: { readonly admin: boolean; readonly password?: string | undefined },
  ): Promise<User> {
    const { users, credentials, passwords, clock } = this.#deps
    const name = normaliseUserName(rawName)
    if (password !== undefined && !passwords)
      throw new HubError('invalid', 'this hub keeps no passwords; leave the password away')
    // Hashed before the person is made, so that a refused password leaves nobody behind.
    const hash = password === undefined ? undefined : await passwords?.hash(password, { name })
    const user = await users.create({ name, admin, createdAt: clock.now() })
    if (hash !== undefined) await credentials.setHash(user.id, hash, clock.now())
    return user
  }

  /** Stops the person's servers, then removes him with his tokens and sessions, wherever they are in use. His files stay. */
  async remove(rawName: string): Promise<void> {
    const { users, servers, ended } = this.#deps
    const user = await this.get(rawName)
    for (const { id } of await servers.listOf(user.name)) await servers.stop(id)
    await ended.ofPerson(user.id, () => users.remove(user.id))
  }

  async touch(user: User, at: Date): Promise<void> {
    await this.#deps.users.touch(user.id, at)
  }
}

function nameOrUndefined(raw: string): string | undefined {
  try {
    return normaliseUserName(raw)
  } catch (error) {
    if (error instanceof HubError) return undefined
    throw error
  }
}
