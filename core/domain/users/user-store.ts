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
  /** Nobody asks how many there are in all: `total` is then the page's own number. Counting costs the more the more there are. */
  readonly uncounted?: boolean
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

/** Whose the files are that a removed person of the same name left: the new one's, or nobody's. */
export type OldFiles = 'adopt' | 'fresh'

/** What can be changed of a person; what is left out stays. */
export interface UserChange {
  readonly name?: string
  readonly admin?: boolean
  readonly locked?: boolean
}

/** Somebody who was removed, and whose files are still there. */
export interface RemovedPerson {
  readonly name: string
  /** Under which name they are kept. */
  readonly home: string
  readonly removedAt: Date
}

export interface UserStore {
  /**
   * Files of a removed person make the name refused until `files` says whose they are; `fresh` takes them for moved aside.
   * @throws HubError `already_exists`
   */
  create(user: NewUser & { readonly files?: OldFiles | undefined }): Promise<User>
  /** Makes those whom there are not yet, in one step; who was made. @throws HubError `already_exists` for a removed person's name */
  createMissing(users: readonly NewUser[]): Promise<readonly User[]>
  find(name: string): Promise<User | undefined>
  findById(id: number): Promise<User | undefined>
  findRemoved(name: string): Promise<RemovedPerson | undefined>
  /** The names of the groups of people, by their names; of whom there is nobody, nothing. */
  groupsOf(names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>
  /** `total` counts all who fit the query, on whichever page. */
  list(query: PeopleQuery): Promise<{ readonly items: readonly User[]; readonly total: number }>
  /**
   * A new name takes nothing along that the configuration gave to the old one; the files stay where they are.
   * @throws HubError `not_found`, `already_exists` (the name is somebody's, or a removed person's)
   */
  update(id: number, change: UserChange): Promise<User>
  /**
   * Takes with it the person's password, sessions, tokens and links, and the rows of his servers.
   * @param keeping since when his files have nobody: the name is refused from then on
   */
  remove(id: number, keeping?: Date): Promise<void>
  /** Moves the last activity on; never back. */
  touch(id: number, at: Date): Promise<void>
}
