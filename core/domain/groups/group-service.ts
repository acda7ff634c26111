import type { Clock } from '#core/base/clock.ts'

import type { Reach } from '../access/holds.ts'
import { HubError } from '../errors.ts'
import { normaliseUserName } from '../users/user-name.ts'
import { normaliseGroupName } from './group-name.ts'
import type { ConfiguredGroup, GroupStore } from './group-store.ts'
import type { Group } from './group.ts'

export interface GroupServiceDeps {
  readonly groups: GroupStore
  readonly clock: Clock
  /** Groups that the configuration names, as they are in force. */
  readonly configured: () => readonly ConfiguredGroup[]
}

/** Groups: made by hand or by the configuration. What comes from the configuration is changed there and nowhere else. */
export class GroupService {
  readonly #deps: GroupServiceDeps

  constructor(deps: GroupServiceDeps) {
    this.#deps = deps
  }

  /** @throws HubError `not_found`, also for what could not be a name */
  async get(rawName: string): Promise<Group> {
    const name = nameOrUndefined(rawName)
    const group = name === undefined ? undefined : await this.#deps.groups.find(name)
    if (!group) throw noGroup()
    return group
  }

  list(query: {
    readonly reach: Reach
    readonly offset: number
    readonly limit: number
  }): Promise<{ readonly items: readonly Group[]; readonly total: number }> {
    return this.#deps.groups.list(query)
  }

  /** All of them with the same members, or none. @throws HubError `invalid` (a name, or nobody's), `already_exists` */
  create(rawNames: readonly string[], rawUsers: readonly string[]): Promise<readonly Group[]> {
    const names = [...new Set(rawNames.map(normaliseGroupName))]
    const users = namesOf(rawUsers)
    const createdAt = this.#deps.clock.now()
    return this.#deps.groups.create(
      names.map((name) => ({ name, users, properties: {}, createdAt })),
    )
  }

  /** @throws HubError `not_found`, `conflict` when the configuration makes it */
  async remove(rawName: string): Promise<void> {
    const { name } = await this.get(rawName)
    if (this.#configured(name))
      throw new HubError('conflict', `the group ${name} is in the configuration; take it out there`)
    await this.#deps.groups.remove(name)
  }

  /** @throws HubError `not_found`, `invalid` (a name that is nobody's) */
  async add(rawName: string, rawUsers: readonly string[]): Promise<Group> {
    const { name } = await this.get(rawName)
    return this.#deps.groups.add(name, namesOf(rawUsers))
  }

  /** @throws HubError `not_found`, `invalid` (a name that is nobody's), `conflict` for whom the configuration puts in */
  async take(rawName: string, rawUsers: readonly string[]): Promise<Group> {
    const { name } = await this.get(rawName)
    const users = namesOf(rawUsers)
    this.#refuseConfigured(name, users)
    return this.#deps.groups.take(name, users)
  }

  /** @throws HubError `not_found`, `conflict` when the configuration says what they are */
  async setProperties(
    rawName: string,
    properties: Readonly<Record<string, unknown>>,
  ): Promise<Group> {
    const { name } = await this.get(rawName)
    if (this.#configured(name)?.properties)
      throw new HubError(
        'conflict',
        `the properties of ${name} are in the configuration; change them there`,
      )
    return this.#deps.groups.setProperties(name, properties)
  }

  /**
   * Makes a person's groups these and no others.
   * @throws HubError `invalid` for what is no group, `conflict` for one that the configuration puts him into
   */
  async setGroupsOf(
    person: { readonly id: number; readonly name: string; readonly groups: readonly string[] },
    names: readonly string[],
  ): Promise<void> {
    await this.checkGroupsOf(person, names)
    await this.#deps.groups.setGroupsOf(person.id, names)
  }

  /** Whether `setGroupsOf` would do it; `name` is undefined of somebody who is yet to be made. @throws as that does */
  async checkGroupsOf(
    person: { readonly name?: string; readonly groups: readonly string[] },
    names: readonly string[],
  ): Promise<void> {
    for (const left of person.groups.filter((group) => !names.includes(group)))
      if (person.name !== undefined) this.#refuseConfigured(left, [person.name])
    for (const name of names)
      if (!(await this.#deps.groups.find(name)))
        throw new HubError('invalid', `there is no group named ${name}`)
  }

  /** Groups that the configuration puts whoever has the name into. */
  configuredFor(name: string): readonly string[] {
    return this.#deps
      .configured()
      .filter(({ users }) => users.includes(name))
      .map((group) => group.name)
  }

  /** Takes on what the configuration says now. */
  configure(): Promise<void> {
    const { groups, configured, clock } = this.#deps
    return groups.configure(configured(), clock.now())
  }

  #configured(name: string): ConfiguredGroup | undefined {
    return this.#deps.configured().find((group) => group.name === name)
  }

  #refuseConfigured(group: string, users: readonly string[]): void {
    const fixed = this.#configured(group)?.users.find((user) => users.includes(user))
    if (fixed !== undefined)
      throw new HubError(
        'conflict',
        `the configuration puts ${fixed} into the group ${group}; take the name out there`,
      )
  }
}

function namesOf(raw: readonly string[]): readonly string[] {
  return [...new Set(raw.map(normaliseUserName))]
}

function noGroup(): HubError {
  return new HubError('not_found', 'there is no such group')
}

function nameOrUndefined(raw: string): string | undefined {
  try {
    return normaliseGroupName(raw)
  } catch (error) {
    if (error instanceof HubError) return undefined
    throw error
  }
}
