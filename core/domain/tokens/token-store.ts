import type { Token } from './token.ts'

export type NewToken = Omit<Token, 'id' | 'user' | 'lastActivity'> & {
  readonly hash: string
  readonly userId: number
}

export interface TokenStore {
  /** @throws HubError `not_found` for an unknown person, `forbidden` when the session it would be issued under has ended */
  create(token: NewToken): Promise<Token>
  /** Undefined when unknown or expired at `now`. */
  findByHash(hash: string, now: Date): Promise<Token | undefined>
  list(userId: number): Promise<readonly Token[]>
  remove(id: number): Promise<void>
  /** Removes every token of the client's, of all people (`kind` narrows): a server's when it stops. */
  removeOfClient(clientId: string): Promise<void>
  touch(id: number, at: Date): Promise<void>
  /** Deletes what expired before `now`; how many. */
  prune(now: Date): Promise<number>
}
