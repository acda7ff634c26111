import type { Server, ServerId, ServerState } from './server.ts'

/** What a transition may set; what is left out stays. */
export type ServerChange = Partial<Omit<Server, 'id' | 'userId'>>

export interface ServerStore {
  find(id: ServerId): Promise<Server | undefined>
  /** The row, made `stopped` when it was not there. @throws HubError `not_found` for an unknown person */
  ensure(id: ServerId, now: Date): Promise<Server>
  listOf(userName: string): Promise<readonly Server[]>
  /** Those of all these people, in one question. */
  listOfAll(userNames: readonly string[]): Promise<readonly Server[]>
  /** Every server that is not plainly at rest: any state but `stopped` and `failed`. */
  listActive(): Promise<readonly Server[]>
  /**
   * One conditional update: only when the row's state is one of `from` *and* its `publicId` is still that given
   * (when one is). The row as it is then; undefined when somebody else was faster.
   */
  move(
    id: ServerId,
    from: { readonly states: readonly ServerState[]; readonly publicId?: string },
    change: ServerChange,
  ): Promise<Server | undefined>
  /** Moves the last activity on; never back. */
  touch(id: ServerId, at: Date): Promise<void>
}
