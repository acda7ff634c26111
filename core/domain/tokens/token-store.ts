import type { Token } from './token.ts'

export type NewToken = Omit<Token, 'id' | 'owner' | 'lastActivity'> & {
  readonly hash: string
  /** Whose it is: a person's or, when null, the service's. */
  readonly userId: number | null
  readonly service: string | null
}

export interface TokenStore {
  /** @throws HubError `not_found` for an unknown person, `forbidden` when the session it would be issued under has ended */
  create(token: NewToken): Promise<Token>
  /** Undefined when unknown or expired at `now`. */
  findByHash(hash: string, now: Date): Promise<Token | undefined>
  list(userId: number): Promise<readonly Token[]>
  listOfService(service: string): Promise<readonly Token[]>
  remove(id: number): Promise<void>
  removeOfService(service: string): Promise<void>
  /** Removes every token of the client's, of all people (`kind` narrows): a server's when it stops. */
  removeOfClient(clientId: string): Promise<void>
  touch(id: number, at: Date): Promise<void>
  /** Deletes what expired before `now`; how many. */
  prune(now: Date): Promise<number>
}
