import type { Reach } from '../access/holds.ts'
import type { Group } from './group.ts'

export interface NewGroup extends Group {
  readonly createdAt: Date
}

/** What the configuration says of a group; properties are null where it says nothing. */
export interface ConfiguredGroup {
  readonly name: string
  readonly users: readonly string[]
  readonly properties: Readonly<Record<string, unknown>> | null
}

export interface GroupStore {
  /** All of them, or none. @throws HubError `already_exists` (the first that does), `invalid` (the first name that is nobody's) */
  create(groups: readonly NewGroup[]): Promise<readonly Group[]>
  find(name: string): Promise<Group | undefined>
  /** In order of their making; `total` counts all within reach. */
  list(query: {
    readonly reach: Reach
    readonly offset: number
    readonly limit: number
  }): Promise<{ readonly items: readonly Group[]; readonly total: number }>
  /** Whether there was one. Its members stay people. */
  remove(name: string): Promise<boolean>
  /** Puts people in; who is in already stays. @throws HubError `not_found` (group), `invalid` (a name that is nobody's) */
  add(name: string, users: readonly string[]): Promise<Group>
  /** Takes people out; who is not in is passed over. @throws as `add` */
  take(name: string, users: readonly string[]): Promise<Group>
  /** Replaces all of them. @throws HubError `not_found` */
  setProperties(name: string, properties: Readonly<Record<string, unknown>>): Promise<Group>
  /** Makes the person's groups these and no others. @throws HubError `not_found` (person), `invalid` (the first that is no group) */
  setGroupsOf(userId: number, groups: readonly string[]): Promise<void>
  /**
   * What the configuration says, in place of what it said before: its groups are made, people are put in who exist, others at the
   * moment when they are made, and whom it no longer names is taken out unless he was put in by hand.
   */
  configure(groups: readonly ConfiguredGroup[], now: Date): Promise<void>
}
