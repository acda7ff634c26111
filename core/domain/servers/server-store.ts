import type { Lease, Server, ServerId, ServerState } from './server.ts'

/** What a transition may set; what is left out stays. */
export type ServerChange = Partial<Omit<Server, 'id' | 'userId'>>

/** What its owner says of a server. */
export type ServerDetails = Pick<Server, 'displayName' | 'userOptions'>
/** What a row must still be for a transition: all of what is given. */
export interface ServerCondition {
  readonly states: readonly ServerState[]
  readonly publicId?: string
  /** The hub that holds its lease. */
  readonly holder?: string
  /** The lease exactly as it was seen. */
  readonly lease?: Lease | null
}

export interface ServerStore {
  find(id: ServerId): Promise<Server | undefined>
  /** The row, made `stopped` when it was not there. @throws HubError `not_found` for an unknown person */
  ensure(id: ServerId, now: Date): Promise<Server>
  /** A new one, stopped. @throws HubError `already_exists`, `not_found` for an unknown person */
  create(id: ServerId, about: ServerDetails, now: Date): Promise<Server>
  /**
   * Changes what a server is called and started with, all at once, while nothing of it runs; undefined when there is none, or
   * it is not at rest. @throws HubError `already_exists` when the new name is taken
   */
  edit(
    id: ServerId,
    change: Partial<ServerDetails & { readonly name: string }>,
  ): Promise<Server | undefined>
  /** Takes a server away while nothing of it runs. Whether it did. */
  remove(id: ServerId): Promise<boolean>
  listOf(userName: string): Promise<readonly Server[]>
  /** Those of all these people, in one question. */
  listOfAll(userNames: readonly string[]): Promise<readonly Server[]>
  /** Every server that is not plainly at rest: any state but `stopped` and `failed`. */
  listActive(): Promise<readonly Server[]>
  /** How many are in such a state: of all people, and of one. */
  countActive(userName: string): Promise<{ readonly all: number; readonly own: number }>
  /**
   * One conditional update: only when the row is still as `from` says. The row as it is then; undefined when somebody
   * else was faster.
   */
  move(id: ServerId, from: ServerCondition, change: ServerChange): Promise<Server | undefined>
  /** Every server that is on its way up or down: `spawning` or `stopping`. */
  listUnderway(): Promise<readonly Server[]>
  /** Gives this lease to every server on its way up or down that its holder has already. */
  renewLeases(lease: Lease): Promise<void>
  /** Takes the hub's lease from every server on its way up or down. */
  dropLeases(holder: string): Promise<void>
  /** Moves the last activity on; never back. */
  touch(id: ServerId, at: Date): Promise<void>
}
