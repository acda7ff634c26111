import { HubError } from '../errors.ts'
import type { ServerId } from '../servers/server.ts'
import type { Paged, ServersOf, ShareStore } from '../shares/share-store.ts'
import { scopesOver, type Share, type ShareCode, type ShareTarget } from '../shares/share.ts'
import type { FakePeople } from './fake-people.ts'

interface Page {
  readonly offset: number
  readonly limit: number
}

/** Shares in memory, of the people there. */
export class FakeShareStore implements ShareStore {
  readonly #people: FakePeople
  readonly #stateOf: (server: ServerId) => string | undefined
  readonly #shares = new Map<number, Omit<Share, 'ready'>>()
  readonly #codes = new Map<string, Omit<ShareCode, 'ready'>>()
  #next = 1

  /** @param stateOf of a server; undefined: there is none */
  constructor(people: FakePeople, stateOf: (server: ServerId) => string | undefined) {
    this.#people = people
    this.#stateOf = stateOf
  }

  async grant(
    server: ServerId,
    { target, scopes }: { readonly target: ShareTarget; readonly scopes: readonly string[] },
    now: Date,
  ): Promise<Share> {
    this.#requireServer(server)
    const there =
      target.kind === 'user'
        ? this.#people.named(target.name)
        : this.#people.groups.get(target.name)
    if (!there) throw new HubError('not_found', 'there is no such person or group')
    const before = this.#one(server, target)
    const all = [...new Set([...(before?.scopes ?? []), ...scopes])].toSorted()
    const share = {
      ...(before ?? { id: this.#next++, server, target, createdAt: now }),
      scopes: all,
    }
    this.#shares.set(share.id, share)
    this.#reshare()
    return this.#shown(share)
  }

  async revoke(
    server: ServerId,
    target: ShareTarget,
    scopes: readonly string[] | null,
  ): Promise<Share | undefined> {
    const found = this.#one(server, target)
    if (!found) return undefined
    const left = scopes === null ? [] : found.scopes.filter((scope) => !scopes.includes(scope))
    if (left.length === 0) this.#shares.delete(found.id)
    else this.#shares.set(found.id, { ...found, scopes: left })
    this.#reshare()
    return left.length === 0 ? undefined : this.#shown({ ...found, scopes: left })
  }

  async revokeAll(server: ServerId): Promise<readonly ShareTarget[]> {
    const gone = [...this.#shares.values()].filter((share) => same(share.server, server))
    for (const { id } of gone) this.#shares.delete(id)
    this.#reshare()
    return gone.map(({ target }) => target)
  }

  async find(server: ServerId, target: ShareTarget): Promise<Share | undefined> {
    const found = this.#one(server, target)
    return found && this.#shown(found)
  }

  async list(of: ServersOf, page: Page): Promise<Paged<Share>> {
    return pageOf(
      this.#all().filter(({ server }) => isOf(server, of)),
      page,
    )
  }

  async listWith({ kind, name }: ShareTarget, page: Page): Promise<Paged<Share>> {
    const groups = kind === 'user' ? (this.#people.named(name)?.groups ?? []) : []
    return pageOf(
      this.#all().filter(
        ({ target }) =>
          (target.kind === kind && target.name === name) ||
          (target.kind === 'group' && groups.includes(target.name)),
      ),
      page,
    )
  }

  async addCode(
    server: ServerId,
    { hash, scopes, expiresAt }: { hash: string; scopes: readonly string[]; expiresAt: Date },
    now: Date,
  ): Promise<ShareCode> {
    this.#requireServer(server)
    const code = {
      id: this.#next++,
      server,
      scopes: [...scopes].toSorted(),
      createdAt: now,
      expiresAt,
      exchanges: 0,
      lastExchangedAt: null,
    }
    this.#codes.set(hash, code)
    return this.#shown(code)
  }

  async findCode(hash: string, now: Date): Promise<ShareCode | undefined> {
    const found = this.#codes.get(hash)
    return found && found.expiresAt > now ? this.#shown(found) : undefined
  }

  async exchange(hash: string, userName: string, now: Date): Promise<Share | undefined> {
    const found = this.#codes.get(hash)
    if (!found || found.expiresAt <= now) return undefined
    this.#codes.set(hash, { ...found, exchanges: found.exchanges + 1, lastExchangedAt: now })
    const target = { kind: 'user', name: userName } as const
    return this.grant(found.server, { target, scopes: found.scopes }, now)
  }

  async listCodes(of: ServersOf, page: Page, now: Date): Promise<Paged<ShareCode>> {
    const good = [...this.#codes.values()].filter(
      ({ server, expiresAt }) => isOf(server, of) && expiresAt > now,
    )
    return pageOf(
      good.map((code) => this.#shown(code)),
      page,
    )
  }

  async removeCodes(
    server: ServerId,
    which: { readonly hash: string } | { readonly id: number } | 'all',
  ): Promise<number> {
    this.#requireServer(server)
    const chosen = [...this.#codes].filter(
      ([hash, code]) =>
        same(code.server, server) &&
        (which === 'all' || ('id' in which ? which.id === code.id : which.hash === hash)),
    )
    for (const [hash] of chosen) this.#codes.delete(hash)
    return chosen.length
  }

  async prune(now: Date): Promise<number> {
    const old = [...this.#codes].filter(([, { expiresAt }]) => expiresAt <= now)
    for (const [hash] of old) this.#codes.delete(hash)
    return old.length
  }

  #all(): readonly Share[] {
    return [...this.#shares.values()].map((share) => this.#shown(share))
  }

  #one(server: ServerId, target: ShareTarget) {
    return [...this.#shares.values()].find(
      (share) =>
        same(share.server, server) &&
        share.target.kind === target.kind &&
        share.target.name === target.name,
    )
  }

  #shown<Item extends { readonly server: ServerId }>(
    item: Item,
  ): Item & { readonly ready: boolean } {
    return { ...item, ready: this.#stateOf(item.server) === 'ready' }
  }

  #requireServer(server: ServerId): void {
    if (this.#stateOf(server) === undefined)
      throw new HubError('not_found', 'there is no such server')
  }

  #reshare(): void {
    for (const [id, user] of this.#people.users) {
      const shared = [...this.#shares.values()]
        .filter(({ target }) =>
          target.kind === 'user' ? target.name === user.name : user.groups.includes(target.name),
        )
        .flatMap(({ server, scopes }) => scopesOver(server, scopes))
      this.#people.users.set(id, { ...user, shared })
    }
  }
}

const same = (a: ServerId, b: ServerId) => a.user === b.user && a.name === b.name

const isOf = (server: ServerId, of: ServersOf) =>
  server.user === of.user && (of.server === null || server.name === of.server)

function pageOf<Item>(all: readonly Item[], { offset, limit }: Page): Paged<Item> {
  return { items: all.slice(offset, offset + limit), total: all.length }
}
