import type { Clock } from '#core/base/clock.ts'

import { HubError } from '../errors.ts'
import type { ServerService } from '../servers/server-service.ts'
import type { AccessEnded } from '../sign-in/access-ended.ts'
import type { CredentialStore } from '../sign-in/credential-store.ts'
import type { PasswordKeeper } from '../sign-in/password-keeper.ts'
import type { SessionStore } from '../sign-in/session-store.ts'
import type { HomeStore } from './home-store.ts'
import { normaliseUserName } from './user-name.ts'
import type { OldFiles, PeopleQuery, UserStore } from './user-store.ts'
import type { User } from './user.ts'

export interface UserServiceDeps {
  readonly users: UserStore
  readonly credentials: CredentialStore
  /** Null when the authenticator keeps no passwords. */
  readonly passwords: PasswordKeeper | null
  readonly servers: Pick<ServerService, 'listOf' | 'stop'>
  readonly sessions: Pick<SessionStore, 'removeOf'>
  readonly homes: HomeStore
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
    const user = await this.find(rawName)
    if (!user) throw new HubError('not_found', 'there is no such person')
    return user
  }

  /** Undefined also for what could not be a name. */
  async find(rawName: string): Promise<User | undefined> {
    const name = nameOrUndefined(rawName)
    return name === undefined ? undefined : this.#deps.users.find(name)
  }

  list(query: PeopleQuery): Promise<{ readonly items: readonly User[]; readonly total: number }> {
    return this.#deps.users.list(query)
  }

  /**
   * Without a password nobody can sign in as the new person until he has used a sign-up link.
   * @throws HubError `invalid` (name or password), `already_exists`, also for the name of somebody who was removed and left
   * files, until `files` says whose they are
   */
  async add(
    rawName: string,
    {
      admin,
      password,
      files,
    }: {
      readonly admin: boolean
      readonly password?: string | undefined
      readonly files?: OldFiles | undefined
    },
  ): Promise<User> {
    const { users, credentials, passwords, homes, clock } = this.#deps
    const name = normaliseUserName(rawName)
    if (password !== undefined && !passwords)
      throw new HubError('invalid', 'this hub keeps no passwords; leave the password away')
    // Hashed before the person is made, so that a refused password leaves nobody behind.
    const hash = password === undefined ? undefined : await passwords?.hash(password, { name })
    const removed = files === 'fresh' ? await users.findRemoved(name) : undefined
    if (removed) await homes.setAside(removed.home, clock.now())
    const user = await users.create({ name, admin, createdAt: clock.now(), files })
    if (hash !== undefined) await credentials.setHash(user.id, hash, clock.now())
    return user
  }

  /** Makes those whom there are not yet. @throws HubError `invalid` (nobody is made), `already_exists` when there are all of them */
  async addMany(
    rawNames: readonly string[],
    { admin }: { readonly admin: boolean },
  ): Promise<readonly User[]> {
    const names = [...new Set(rawNames.map(normaliseUserName))]
    const createdAt = this.#deps.clock.now()
    const made = await this.#deps.users.createMissing(
      names.map((name) => ({ name, admin, createdAt })),
    )
    if (made.length === 0)
      throw new HubError('already_exists', `All ${names.length} users already exist`)
    return made
  }

  async setAdmin(user: User, admin: boolean): Promise<User> {
    return user.admin === admin ? user : this.#deps.users.update(user.id, { admin })
  }

  /**
   * His files, tokens, sessions and groups stay his; what the configuration gave to the old name does not.
   * @throws HubError `invalid` (the name is no name, or somebody's, or a removed person's), `conflict` while a server of his runs
   */
  async rename(user: User, rawName: string): Promise<User> {
    const name = normaliseUserName(rawName)
    if (name === user.name) return user
    if ((await this.#running(user)).length > 0)
      throw new HubError('conflict', `stop the servers of ${user.name} first`)
    try {
      return await this.#deps.users.update(user.id, { name })
    } catch (error) {
      // JupyterHub calls it a bad request.
      if (error instanceof HubError && error.code === 'already_exists')
        throw new HubError('invalid', error.message, { cause: error })
      throw error
    }
  }

  /** From now on he cannot sign in, and nothing that he holds counts: his browsers are signed out, his own tokens sleep. */
  async lock(user: User, { stopServers }: { readonly stopServers: boolean }): Promise<void> {
    const { users, sessions, servers, ended } = this.#deps
    await ended.ofPerson(user.id, async () => {
      await users.update(user.id, { locked: true })
      await sessions.removeOf(user.id)
    })
    if (stopServers) for (const { id } of await servers.listOf(user.name)) await servers.stop(id)
  }

  /** He can sign in again, and tokens of his own count again. */
  async unlock(user: User): Promise<void> {
    await this.#deps.users.update(user.id, { locked: false })
  }

  /**
   * Stops the person's servers, then removes him with his tokens and sessions, wherever they are in use. His files stay; while
   * there are any, the name is refused until somebody says whose they are.
   */
  async remove(rawName: string): Promise<void> {
    const { users, servers, homes, ended, clock } = this.#deps
    const user = await this.get(rawName)
    for (const { id } of await servers.listOf(user.name)) await servers.stop(id)
    const keeping = (await homes.exists(user.home)) ? clock.now() : undefined
    await ended.ofPerson(user.id, () => users.remove(user.id, keeping))
  }

  async touch(user: User, at: Date): Promise<void> {
    await this.#deps.users.touch(user.id, at)
  }

  async #running(user: User) {
    const servers = await this.#deps.servers.listOf(user.name)
    return servers.filter(({ state }) => state !== 'stopped' && state !== 'failed')
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
