import type { User } from './user.ts'

export interface Page {
  readonly offset: number
  readonly limit: number
}

export interface UserStore {
  /** @throws HubError `already_exists` */
  create(user: {
    readonly name: string
    readonly admin: boolean
    readonly createdAt: Date
  }): Promise<User>
  find(name: string): Promise<User | undefined>
  findById(id: number): Promise<User | undefined>
  /** The names of the groups of people, by their names; of whom there is nobody, nothing. */
  groupsOf(names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>
  /** In order of their making; `total` counts all. */
  list(page: Page): Promise<{ readonly items: readonly User[]; readonly total: number }>
  /** Takes with it the person's password, sessions, tokens and links, and the rows of his servers. */
  remove(id: number): Promise<void>
  /** Moves the last activity on; never back. */
  touch(id: number, at: Date): Promise<void>
}
