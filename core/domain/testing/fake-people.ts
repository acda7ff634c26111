import { HubError } from '../errors.ts'
import type { ServerState } from '../servers/server.ts'
import type { CredentialStore } from '../sign-in/credential-store.ts'
import type { FailureCount, FailureStore } from '../sign-in/failure-store.ts'
import type { LinkStore } from '../sign-in/link-store.ts'
import type { NewSession } from '../sign-in/session-store.ts'
import type { NewToken, TokenStore } from '../tokens/token-store.ts'
import type { Token } from '../tokens/token.ts'
import { filesAreThere } from '../users/files-are-there.ts'
import type {
  NewUser,
  OldFiles,
  PeopleQuery,
  RemovedPerson,
  UserChange,
  UserStore,
} from '../users/user-store.ts'
import type { User } from '../users/user.ts'

interface Link {
  readonly codeHash: string
  readonly expiresAt: Date
}

interface FakeGroup {
  properties: Readonly<Record<string, unknown>>
  readonly members: Map<number, 'api' | 'config'>
}

const VOID = 'this link is no longer good'

/** Everything that is kept of people, in memory; the fakes of the stores look into the same one. */
export class FakePeople {
  readonly users = new Map<number, User>()
  readonly hashes = new Map<number, string>()
  readonly sessions = new Map<string, NewSession & { readonly lastSeenAt: Date }>()
  readonly tokens = new Map<number, NewToken & { readonly id: number; lastActivity: Date | null }>()
  readonly signUps = new Map<number, Link>()
  readonly groups = new Map<string, FakeGroup>()
  /** Names that the configuration puts into groups, by group. */
  configured: ReadonlyMap<string, readonly string[]> = new Map()
  readonly removed = new Map<string, RemovedPerson>()
  setUp: Link | undefined
  next = 1
  /** Of a person's servers, which are kept elsewhere. */
  serverStates: (name: string) => readonly ServerState[] = () => []

  named(name: string): User | undefined {
    return [...this.users.values()].find((user) => user.name === name)
  }

  /** @throws HubError `not_found` */
  require(id: number): User {
    const user = this.users.get(id)
    if (!user) throw new HubError('not_found', 'there is no such person')
    return user
  }

  signingUp(codeHash: string, now: Date): User | undefined {
    const [id] =
      [...this.signUps].find(([, link]) => link.codeHash === codeHash && link.expiresAt > now) ?? []
    return id === undefined ? undefined : this.users.get(id)
  }

  endSession(id: string): void {
    this.sessions.delete(id)
    for (const [key, token] of this.tokens) if (token.sessionId === id) this.tokens.delete(key)
  }

  /** Puts a person into a group, which is made when there is none. */
  join(name: string, group: string, source: 'api' | 'config' = 'api'): void {
    const user = this.named(name)
    const found = this.groups.get(group) ?? { properties: {}, members: new Map() }
    this.groups.set(group, found)
    if (user && !found.members.has(user.id)) found.members.set(user.id, source)
    this.regroup()
  }

  /** Tells everyone which groups he is in. */
  regroup(): void {
    for (const user of this.users.values()) {
      const groups = [...this.groups].flatMap(([name, { members }]) =>
        members.has(user.id) ? [name] : [],
      )
      this.users.set(user.id, { ...user, groups: groups.toSorted() })
    }
  }

  /** Puts the person into the groups that the configuration names him in. */
  joinConfigured(name: string): void {
    for (const [group, names] of this.configured)
      if (names.includes(name)) this.join(name, group, 'config')
  }

  add({
    name,
    admin,
    createdAt,
    files,
  }: NewUser & { readonly files?: OldFiles | undefined }): User {
    if (this.named(name))
      throw new HubError('already_exists', `there is somebody named ${name} already`)
    const removed = this.removed.get(name)
    if (removed && files === undefined) throw filesAreThere(name)
    this.removed.delete(name)
    const home = (files === 'adopt' ? removed?.home : undefined) ?? this.#freeHome(name)
    const user = {
      id: this.next++,
      name,
      admin,
      createdAt,
      lastActivity: null,
      locked: false,
      groups: [],
      home,
      shared: [],
    }
    this.users.set(user.id, user)
    this.joinConfigured(name)
    return this.require(user.id)
  }

  #freeHome(name: string): string {
    const taken = new Set(
      [...this.users.values(), ...this.removed.values()].map(({ home }) => home),
    )
    let home = name
    for (let next = 2; taken.has(home); next++) home = `${name}~${next}`
    return home
  }
}

export class FakeUserStore implements UserStore {
  readonly #people: FakePeople

  constructor(people = new FakePeople()) {
    this.#people = people
  }

  async create(user: NewUser & { readonly files?: OldFiles | undefined }): Promise<User> {
    return this.#people.add(user)
  }

  async createMissing(users: readonly NewUser[]): Promise<readonly User[]> {
    const removed = users.find(({ name }) => this.#people.removed.has(name))
    if (removed) return [this.#people.add(removed)]
    return users.flatMap((user) => (this.#people.named(user.name) ? [] : [this.#people.add(user)]))
  }

  async findRemoved(name: string): Promise<RemovedPerson | undefined> {
    return this.#people.removed.get(name)
  }

  async update(id: number, change: UserChange): Promise<User> {
    const people = this.#people
    const user = people.require(id)
    const { name = user.name } = change
    if (people.removed.has(name) || (people.named(name) ?? user).id !== id)
      throw new HubError('already_exists', `there is somebody named ${name} already`)
    people.users.set(id, { ...user, ...change })
    if (change.name === undefined) return people.require(id)
    for (const { members } of people.groups.values())
      if (members.get(id) === 'config') members.delete(id)
    people.joinConfigured(name)
    people.regroup()
    return people.require(id)
  }

  async find(name: string): Promise<User | undefined> {
    return this.#people.named(name)
  }

  async findById(id: number): Promise<User | undefined> {
    return this.#people.users.get(id)
  }

  async groupsOf(names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    return new Map(
      names.flatMap((name) => {
        const user = this.#people.named(name)
        return user ? [[name, user.groups] as const] : []
      }),
    )
  }

  async list(query: PeopleQuery): Promise<{ items: readonly User[]; total: number }> {
    const all = [...this.#people.users.values()].filter((user) => this.#fits(user, query))
    const { by, descending } = query.sort ?? { by: 'id', descending: false }
    const keyOf = (user: User) =>
      by === 'last_activity' ? (user.lastActivity?.getTime() ?? -1) : user[by]
    const ordered = all.toSorted((a, b) => compare(keyOf(a), keyOf(b)) || a.id - b.id)
    const items = descending ? ordered.toReversed() : ordered
    const page = items.slice(query.offset, query.offset + query.limit)
    return { items: page, total: query.uncounted === true ? page.length : all.length }
  }

  #fits({ name, groups }: User, { reach, state, nameContains }: PeopleQuery): boolean {
    if (nameContains !== undefined && !name.includes(nameContains)) return false
    if (state !== undefined) {
      const states = this.#people.serverStates(name)
      const active = states.filter((each) => each !== 'stopped' && each !== 'failed')
      if (
        state === 'ready' ? !states.includes('ready') : active.length > 0 !== (state === 'active')
      )
        return false
    }
    if (reach === undefined || reach === 'everything') return true
    return reach.users.includes(name) || groups.some((group) => reach.groups.includes(group))
  }

  async remove(id: number, keeping?: Date): Promise<void> {
    const { users, hashes, sessions, tokens, signUps, groups, removed } = this.#people
    const user = users.get(id)
    if (user && keeping)
      removed.set(user.name, { name: user.name, home: user.home, removedAt: keeping })
    users.delete(id)
    hashes.delete(id)
    signUps.delete(id)
    for (const { members } of groups.values()) members.delete(id)
    for (const [key, session] of sessions) if (session.userId === id) sessions.delete(key)
    for (const [key, token] of tokens) if (token.userId === id) tokens.delete(key)
  }

  async touch(id: number, at: Date): Promise<void> {
    const user = this.#people.users.get(id)
    if (user && (user.lastActivity === null || user.lastActivity < at))
      this.#people.users.set(id, { ...user, lastActivity: at })
  }
}

export class FakeCredentialStore implements CredentialStore {
  readonly #people: FakePeople

  constructor(people = new FakePeople()) {
    this.#people = people
  }

  async findHash(userName: string): Promise<string | undefined> {
    const user = this.#people.named(userName)
    return user && this.#people.hashes.get(user.id)
  }

  async setHash(userId: number, hash: string): Promise<void> {
    this.#people.hashes.set(this.#people.require(userId).id, hash)
    this.#people.signUps.delete(userId)
  }
}

export class FakeLinkStore implements LinkStore {
  readonly #people: FakePeople

  constructor(people = new FakePeople()) {
    this.#people = people
  }

  async hasAdmin(): Promise<boolean> {
    return [...this.#people.users.values()].some(({ admin }) => admin)
  }

  async putSetUp(codeHash: string, expiresAt: Date): Promise<void> {
    if (await this.hasAdmin()) throw new HubError('conflict', 'there is an admin already')
    this.#people.setUp = { codeHash, expiresAt }
  }

  async useSetUp(
    codeHash: string,
    { name, passwordHash }: { readonly name: string; readonly passwordHash: string },
    now: Date,
  ): Promise<User> {
    const { setUp } = this.#people
    if ([...this.#people.users.values()].some(({ admin }) => admin))
      throw new HubError('conflict', 'there is an admin already')
    if (!setUp || setUp.codeHash !== codeHash || setUp.expiresAt <= now)
      throw new HubError('forbidden', VOID)
    const user = this.#people.add({ name, admin: true, createdAt: now })
    this.#people.setUp = undefined
    this.#people.hashes.set(user.id, passwordHash)
    return user
  }

  async putSignUp(userId: number, codeHash: string, expiresAt: Date): Promise<void> {
    this.#people.signUps.set(this.#people.require(userId).id, { codeHash, expiresAt })
  }

  async findSignUp(codeHash: string, now: Date): Promise<User | undefined> {
    return this.#people.signingUp(codeHash, now)
  }

  async useSignUp(codeHash: string, passwordHash: string, now: Date): Promise<User> {
    const user = this.#people.signingUp(codeHash, now)
    if (!user || user.locked) throw new HubError('forbidden', VOID)
    this.#people.signUps.delete(user.id)
    this.#people.hashes.set(user.id, passwordHash)
    return user
  }
}

export class FakeTokenStore implements TokenStore {
  readonly #people: FakePeople

  constructor(people = new FakePeople()) {
    this.#people = people
  }

  async create(token: NewToken): Promise<Token> {
    const session = this.#people.sessions.get(token.sessionId ?? '')
    if (token.sessionId !== null && !(session && session.expiresAt > token.createdAt))
      throw new HubError('forbidden', 'that browser has signed out')
    if (token.userId !== null) this.#people.require(token.userId)
    const kept = { ...token, id: this.#people.next++, lastActivity: null }
    this.#people.tokens.set(kept.id, kept)
    return this.#shown(kept)
  }

  async findByHash(hash: string, now: Date): Promise<Token | undefined> {
    const found = [...this.#people.tokens.values()].find(
      (token) => token.hash === hash && (token.expiresAt === null || token.expiresAt > now),
    )
    return found && this.#shown(found)
  }

  async list(userId: number): Promise<readonly Token[]> {
    return [...this.#people.tokens.values()]
      .filter((token) => token.userId === userId)
      .map((token) => this.#shown(token))
  }

  async remove(id: number): Promise<void> {
    this.#people.tokens.delete(id)
  }

  async removeOfClient(clientId: string): Promise<void> {
    for (const [id, token] of this.#people.tokens)
      if (token.clientId === clientId) this.#people.tokens.delete(id)
  }

  async listOfService(service: string): Promise<readonly Token[]> {
    return [...this.#people.tokens.values()]
      .filter((token) => token.service === service)
      .map((token) => this.#shown(token))
  }

  async removeOfService(service: string): Promise<void> {
    for (const [id, token] of this.#people.tokens)
      if (token.service === service) this.#people.tokens.delete(id)
  }

  async touch(id: number, at: Date): Promise<void> {
    const token = this.#people.tokens.get(id)
    if (token) token.lastActivity = at
  }

  async prune(now: Date): Promise<number> {
    const old = [...this.#people.tokens.values()].filter(
      ({ expiresAt }) => expiresAt !== null && expiresAt <= now,
    )
    for (const { id } of old) this.#people.tokens.delete(id)
    return old.length
  }

  #shown({
    hash: _hash,
    userId,
    service,
    ...token
  }: NewToken & { readonly id: number; readonly lastActivity: Date | null }): Token {
    if (service !== null) return { ...token, owner: { kind: 'service', service } }
    const user = this.#people.users.get(userId ?? 0)
    if (!user) throw new Error('a token of nobody')
    return { ...token, owner: { kind: 'user', user } }
  }
}

export class FakeFailureStore implements FailureStore {
  readonly counts = new Map<string, FailureCount & { readonly known: boolean }>()

  async read(keys: readonly string[], since: Date): Promise<ReadonlyMap<string, FailureCount>> {
    return new Map(
      keys.flatMap((key) => {
        const count = this.counts.get(key)
        return count && count.lastAt >= since
          ? [[key, { failures: count.failures, lastAt: count.lastAt }] as const]
          : []
      }),
    )
  }

  async add(
    entries: readonly { readonly key: string; readonly known: boolean }[],
    {
      now,
      since,
      mostUnknown,
    }: { readonly now: Date; readonly since: Date; readonly mostUnknown: number },
  ): Promise<ReadonlyMap<string, FailureCount>> {
    const counted = new Map<string, FailureCount>()
    for (const { key, known } of entries) {
      const before = this.counts.get(key)
      const failures = before && before.lastAt >= since ? before.failures + 1 : 1
      this.counts.delete(key)
      this.counts.set(key, { failures, lastAt: now, known })
      counted.set(key, { failures, lastAt: now })
    }
    const unknown = [...this.counts].filter(([, count]) => !count.known)
    const oldest = unknown.toSorted(([, a], [, b]) => a.lastAt.getTime() - b.lastAt.getTime())
    for (const [key] of oldest.slice(0, Math.max(0, unknown.length - mostUnknown)))
      this.counts.delete(key)
    return counted
  }

  async clear(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.counts.delete(key)
  }
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0
}
