import type { ServerId } from '../servers/server.ts'

/** What a server used within one minute. Null: not known. */
export interface UsageSample {
  readonly id: ServerId
  readonly userId: number
  /** The beginning of the minute. */
  readonly at: Date
  /** Bytes. */
  readonly memory: number | null
  /** Milliseconds of processor time. */
  readonly cpuMs: number | null
  /** Bytes of its owner's files. */
  readonly disk: number | null
}

/** A minute, or an hour that is made of minutes: means and the most. */
export interface UsageSpan {
  readonly at: Date
  /** How many minutes it ran. */
  readonly minutes: number
  readonly memoryMean: number | null
  readonly memoryMost: number | null
  readonly cpuMs: number
  readonly diskMost: number | null
}

/** Which: of all, of one person, or of one of his servers. */
export interface UsageQuery {
  readonly user?: string | undefined
  readonly server?: string | undefined
  readonly from: Date
}

/** Totals since a time, of one server. */
export interface UsageTotal extends Omit<UsageSpan, 'at'> {
  readonly id: ServerId
}

/** What servers used: by the minute for a day, by the hour for longer. */
export interface UsageStore {
  /** A minute of a server that is there already stays: two hubs may both have looked. */
  add(samples: readonly UsageSample[]): Promise<void>
  /** By the minute, all servers in question together; the oldest first. */
  minutes(query: UsageQuery): Promise<readonly UsageSpan[]>
  /** By the hour. */
  hours(query: UsageQuery): Promise<readonly UsageSpan[]>
  /** Since the hour of `from`, server by server; those that used the most processor time first. */
  totals(query: UsageQuery): Promise<readonly UsageTotal[]>
  /** Deletes minutes and hours that began before. */
  prune(before: { readonly minutes: Date; readonly hours: Date }): Promise<void>
}
