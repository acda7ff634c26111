import { HubError } from '../errors.ts'
import type { Reach } from '../access/holds.ts'
import type { ConfiguredGroup, GroupStore, NewGroup } from '../groups/group-store.ts'
import type { Group } from '../groups/group.ts'
import { FakePeople } from './fake-people.ts'

/** Groups in memory, of the people there. */
export class FakeGroupStore implements GroupStore {
  readonly #people: FakePeople

  constructor(people = new FakePeople()) {
    this.#people = people
  }

  async create(groups: readonly NewGroup[]): Promise<readonly Group[]> {
    for (const { name, users } of groups) {
      if (this.#people.groups.has(name))
        throw new HubError('already_exists', `there is a group named ${name} already`)
      this.#idsOf(users)
    }
    for (const { name, users, properties } of groups) {
      const members = new Map(this.#idsOf(users).map((id) => [id, 'api'] as const))
      this.#people.groups.set(name, { properties, members })
    }
    this.#people.regroup()
    return groups.map(({ name }) => this.#shown(name))
  }

  async find(name: string): Promise<Group | undefined> {
    return this.#people.groups.has(name) ? this.#shown(name) : undefined
  }

  async list({
    reach,
    offset,
    limit,
  }: {
    readonly reach: Reach
    readonly offset: number
    readonly limit: number
  }): Promise<{ readonly items: readonly Group[]; readonly total: number }> {
    const names = [...this.#people.groups.keys()].filter(
      (name) => reach === 'everything' || reach.groups.includes(name),
    )
    const items = names.slice(offset, offset + limit).map((name) => this.#shown(name))
    return { items, total: names.length }
  }

  async remove(name: string): Promise<boolean> {
    const removed = this.#people.groups.delete(name)
    this.#people.regroup()
    return removed
  }

  async add(name: string, users: readonly string[]): Promise<Group> {
    this.#require(name)
    this.#idsOf(users)
    for (const user of users) this.#people.join(user, name)
    return this.#shown(name)
  }

  async take(name: string, users: readonly string[]): Promise<Group> {
    const { members } = this.#require(name)
    for (const id of this.#idsOf(users)) members.delete(id)
    this.#people.regroup()
    return this.#shown(name)
  }

  async setProperties(name: string, properties: Readonly<Record<string, unknown>>): Promise<Group> {
    this.#require(name).properties = properties
    return this.#shown(name)
  }

  async setGroupsOf(userId: number, names: readonly string[]): Promise<void> {
    const { groups } = this.#people
    const user = this.#people.require(userId)
    const missing = names.find((name) => !groups.has(name))
    if (missing !== undefined) throw new HubError('invalid', `there is no group named ${missing}`)
    for (const [name, { members }] of groups) if (!names.includes(name)) members.delete(userId)
    for (const name of names) this.#people.join(user.name, name)
    this.#people.regroup()
  }

  async configure(configured: readonly ConfiguredGroup[]): Promise<void> {
    const people = this.#people
    people.configured = new Map(configured.map(({ name, users }) => [name, users]))
    for (const { name, properties } of configured) {
      const group = people.groups.get(name) ?? { properties: {}, members: new Map() }
      if (properties) group.properties = properties
      people.groups.set(name, group)
    }
    for (const [name, { members }] of people.groups)
      for (const [id, source] of members)
        if (source === 'config' && !people.configured.get(name)?.includes(people.require(id).name))
          members.delete(id)
    for (const user of people.users.values()) people.joinConfigured(user.name)
    people.regroup()
  }

  #shown(name: string): Group {
    const { properties, members } = this.#require(name)
    const users = [...members.keys()].map((id) => this.#people.require(id).name)
    return { name, properties, users: users.toSorted() }
  }

  #require(name: string) {
    const group = this.#people.groups.get(name)
    if (!group) throw new HubError('not_found', 'there is no such group')
    return group
  }

  #idsOf(users: readonly string[]): readonly number[] {
    return users.map((name) => {
      const user = this.#people.named(name)
      if (!user) throw new HubError('invalid', `there is nobody named ${name}`)
      return user.id
    })
  }
}
