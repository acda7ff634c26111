import type { Reach } from '../access/holds.ts'
import type { User } from './user.ts'

export interface Page {
  readonly offset: number
  readonly limit: number
}

/** Which people, and in which order; what is left out does not narrow. */
export interface PeopleQuery extends Page {
  /** Whom the asker may see: named people and members of groups. */
  readonly reach?: Reach
  /** `ready`: has a server that answers; `active`: has one that runs, or comes or goes; `inactive`: has none of these. */
  readonly state?: 'active' | 'ready' | 'inactive' | undefined
  readonly nameContains?: string | undefined
  /** By default in order of their making. */
  readonly sort?: PeopleOrder | undefined
}

/** Who was never active comes before all who were; `descending` turns everything around. */
export interface PeopleOrder {
  readonly by: 'id' | 'name' | 'last_activity'
  readonly descending: boolean
}

export interface NewUser {
  readonly name: string
  readonly admin: boolean
  readonly createdAt: Date
}

export interface UserStore {
  /** @throws HubError `already_exists` */
  create(user: NewUser): Promise<User>
  find(name: string): Promise<User | undefined>
  findById(id: number): Promise<User | undefined>
  /** The names of the groups of people, by their names; of whom there is nobody, nothing. */
  groupsOf(names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>
  /** `total` counts all who fit the query, on whichever page. */
  list(query: PeopleQuery): Promise<{ readonly items: readonly User[]; readonly total: number }>
  /** Takes with it the person's password, sessions, tokens and links, and the rows of his servers. */
  remove(id: number): Promise<void>
  /** Moves the last activity on; never back. */
  touch(id: number, at: Date): Promise<void>
}
