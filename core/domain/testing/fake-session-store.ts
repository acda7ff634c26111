import { hashSecret } from '#core/base/random.ts'

import type { HeldCredentialStore } from '../sign-in/held-credential-store.ts'
import type { NewSession, SessionStore } from '../sign-in/session-store.ts'
import type { Session } from '../sign-in/session.ts'
import type { Token } from '../tokens/token.ts'
import { FakePeople } from './fake-people.ts'

export class FakeSessionStore implements SessionStore {
  readonly #people: FakePeople

  constructor(people = new FakePeople()) {
    this.#people = people
  }

  async create(session: NewSession): Promise<void> {
    this.#people.require(session.userId)
    this.#people.sessions.set(session.id, { ...session, lastSeenAt: session.createdAt })
  }

  async findBySecret(secretHash: string, now: Date): Promise<Session | undefined> {
    const found = [...this.#people.sessions.values()].find(
      (session) => session.secretHash === secretHash && session.expiresAt > now,
    )
    return found && this.#shown(found)
  }

  async listOf(userId: number, now: Date): Promise<readonly Session[]> {
    return [...this.#people.sessions.values()]
      .filter((session) => session.userId === userId && session.expiresAt > now)
      .map((session) => this.#shown(session))
      .toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? -1 : 1))
  }

  async touch(id: string, at: Date): Promise<void> {
    const session = this.#people.sessions.get(id)
    if (session && session.lastSeenAt < at)
      this.#people.sessions.set(id, { ...session, lastSeenAt: at })
  }

  async remove(id: string): Promise<void> {
    this.#people.endSession(id)
  }

  async removeOf(userId: number): Promise<void> {
    for (const [id, session] of this.#people.sessions)
      if (session.userId === userId) this.#people.endSession(id)
  }

  async prune(now: Date): Promise<number> {
    const old = [...this.#people.sessions.values()].filter(({ expiresAt }) => expiresAt <= now)
    for (const { id } of old) this.#people.endSession(id)
    return old.length
  }

  #shown({
    secretHash: _secret,
    userId,
    lastSeenAt,
    ...session
  }: NewSession & { readonly lastSeenAt: Date }): Session {
    const uses = [...this.#people.tokens.values()]
      .filter(({ sessionId }) => sessionId === session.id)
      .map(({ lastActivity }) => lastActivity?.getTime() ?? 0)
    const last = Math.max(lastSeenAt.getTime(), ...uses)
    return { ...session, user: this.#people.require(userId), lastSeenAt: new Date(last) }
  }
}

export class FakeHeldCredentialStore implements HeldCredentialStore {
  readonly #people: FakePeople

  constructor(people = new FakePeople()) {
    this.#people = people
  }

  async ofPerson(userId: number): Promise<readonly string[]> {
    const tokens = [...this.#people.tokens.values()].filter((token) => token.userId === userId)
    return [...this.#sessionIds(userId).map(hashSecret), ...tokens.map(({ hash }) => hash)]
  }

  async ofSessionsOf(userId: number): Promise<readonly string[]> {
    return this.#sessionIds(userId).flatMap((id) => this.#under(id))
  }

  async ofSession(id: string): Promise<readonly string[]> {
    return this.#people.sessions.has(id) ? this.#under(id) : []
  }

  async ofTokens(ids: readonly number[]): Promise<readonly string[]> {
    return ids.flatMap((id) => this.#people.tokens.get(id)?.hash ?? [])
  }

  async visitors(): Promise<readonly Token[]> {
    const { tokens } = this.#people
    return [...tokens.values()].flatMap(({ hash: _hash, userId, service: _service, ...token }) => {
      const user = this.#people.users.get(userId ?? 0)
      const isVisitor = token.kind === 'oauth' && token.clientId?.startsWith('jupyterhub-user-')
      if (!user || isVisitor !== true || token.clientId === `jupyterhub-user-${user.name}`)
        return []
      return [{ ...token, owner: { kind: 'user', user } }]
    })
  }

  #under(id: string): string[] {
    const tokens = [...this.#people.tokens.values()].filter(({ sessionId }) => sessionId === id)
    return [hashSecret(id), ...tokens.map(({ hash }) => hash)]
  }

  #sessionIds(userId: number): string[] {
    return [...this.#people.sessions.values()].flatMap((session) =>
      session.userId === userId ? [session.id] : [],
    )
  }
}
