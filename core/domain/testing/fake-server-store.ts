import { HubError } from '../errors.ts'
import type {
  ServerChange,
  ServerCondition,
  ServerDetails,
  ServerStore,
} from '../servers/server-store.ts'
import {
  isAtRest,
  type Lease,
  type Server,
  type ServerId,
  type ServerState,
} from '../servers/server.ts'

/** Servers in memory, of the people who are named. */
export class FakeServerStore implements ServerStore {
  readonly #idOf: (name: string) => number | undefined
  readonly #rows = new Map<string, Server>()

  /** @param people their names, or how to find the id of one */
  constructor(people: readonly string[] | ((name: string) => number | undefined)) {
    const ids = new Map(
      typeof people === 'function' ? [] : people.map((name, index) => [name, index + 1]),
    )
    this.#idOf = typeof people === 'function' ? people : (name) => ids.get(name)
  }

  statesOf(userName: string): readonly ServerState[] {
    return [...this.#rows.values()].flatMap(({ id, state }) => (id.user === userName ? state : []))
  }

  stateOf(id: ServerId): ServerState | undefined {
    return this.#rows.get(keyOf(id))?.state
  }

  async find(id: ServerId): Promise<Server | undefined> {
    return this.#rows.get(keyOf(id))
  }

  async ensure(id: ServerId, now: Date): Promise<Server> {
    const userId = this.#idOf(id.user)
    if (userId === undefined) throw new HubError('not_found', 'there is no such person')
    const row = this.#rows.get(keyOf(id)) ?? { ...AT_REST, id, userId, stateSince: now }
    this.#rows.set(keyOf(id), row)
    return row
  }

  async create(id: ServerId, about: ServerDetails, now: Date): Promise<Server> {
    if (this.#rows.has(keyOf(id))) throw new HubError('already_exists', 'there is such a server')
    const row = { ...(await this.ensure(id, now)), ...about }
    this.#rows.set(keyOf(id), row)
    return row
  }

  async edit(
    id: ServerId,
    { name = id.name, ...about }: Partial<ServerDetails & { readonly name: string }>,
  ): Promise<Server | undefined> {
    const row = this.#rows.get(keyOf(id))
    if (!row || !isAtRest(row)) return undefined
    const edited = { ...row, ...about, id: { ...id, name } }
    if (name !== id.name && this.#rows.has(keyOf(edited.id)))
      throw new HubError('already_exists', 'there is such a server')
    this.#rows.delete(keyOf(id))
    this.#rows.set(keyOf(edited.id), edited)
    return edited
  }

  async remove(id: ServerId): Promise<boolean> {
    const row = this.#rows.get(keyOf(id))
    return row !== undefined && isAtRest(row) && this.#rows.delete(keyOf(id))
  }

  async listOf(userName: string): Promise<readonly Server[]> {
    return [...this.#rows.values()].filter(({ id }) => id.user === userName)
  }

  async listOfAll(userNames: readonly string[]): Promise<readonly Server[]> {
    return [...this.#rows.values()].filter(({ id }) => userNames.includes(id.user))
  }

  async listActive(): Promise<readonly Server[]> {
    return [...this.#rows.values()].filter((row) => !isAtRest(row))
  }

  async countActive(userName: string): Promise<{ all: number; own: number }> {
    const active = await this.listActive()
    return { all: active.length, own: active.filter(({ id }) => id.user === userName).length }
  }

  async move(
    id: ServerId,
    from: ServerCondition,
    change: ServerChange,
  ): Promise<Server | undefined> {
    const row = this.#rows.get(keyOf(id))
    if (!row || !from.states.includes(row.state)) return undefined
    if (from.publicId !== undefined && from.publicId !== row.publicId) return undefined
    if (from.holder !== undefined && from.holder !== row.lease?.holder) return undefined
    if (from.lease !== undefined && !isSame(from.lease, row.lease)) return undefined
    const moved = { ...row, ...change }
    this.#rows.set(keyOf(id), moved)
    return moved
  }

  async listUnderway(): Promise<readonly Server[]> {
    return [...this.#rows.values()].filter(isUnderway)
  }

  async renewLeases(lease: Lease): Promise<void> {
    this.#setLeases(lease.holder, lease)
  }

  async dropLeases(holder: string): Promise<void> {
    this.#setLeases(holder, null)
  }

  #setLeases(holder: string, lease: Lease | null): void {
    for (const [key, row] of this.#rows)
      if (isUnderway(row) && row.lease?.holder === holder) this.#rows.set(key, { ...row, lease })
  }

  async touch(id: ServerId, at: Date): Promise<void> {
    const row = this.#rows.get(keyOf(id))
    if (row && (row.lastActivity === null || row.lastActivity < at))
      this.#rows.set(keyOf(id), { ...row, lastActivity: at })
  }
}

const AT_REST = {
  publicId: '',
  displayName: '',
  userOptions: {},
  wanted: 'stopped',
  state: 'stopped',
  startedAt: null,
  handle: null,
  address: null,
  failure: null,
  lastActivity: null,
  keptAt: null,
  exempt: false,
  lease: null,
} as const

const isUnderway = ({ state }: Server) => state === 'spawning' || state === 'stopping'

const isSame = (one: Lease | null, other: Lease | null) =>
  one?.holder === other?.holder && one?.until.getTime() === other?.until.getTime()

const keyOf = ({ user, name }: ServerId) => `${user}/${name}`
