import type {
  UsageQuery,
  UsageSample,
  UsageSpan,
  UsageStore,
  UsageTotal,
} from '../usage/usage-store.ts'

const HOUR_MS = 3_600_000

interface Hour {
  readonly of: UsageSample
  readonly at: number
  samples: readonly UsageSample[]
}

/** What servers used, in memory. */
export class FakeUsageStore implements UsageStore {
  #minutes = new Map<string, UsageSample>()
  #hours = new Map<string, Hour>()

  async add(samples: readonly UsageSample[]): Promise<void> {
    for (const sample of samples) {
      const minute = `${sample.userId}/${sample.id.name}/${sample.at.getTime()}`
      if (this.#minutes.has(minute)) continue
      this.#minutes.set(minute, sample)
      const at = hourOf(sample.at)
      const key = `${sample.userId}/${sample.id.name}/${at}`
      const hour = this.#hours.get(key) ?? { of: sample, at, samples: [] }
      this.#hours.set(key, { ...hour, samples: [...hour.samples, sample] })
    }
  }

  async minutes(query: UsageQuery): Promise<readonly UsageSpan[]> {
    const found = [...this.#minutes.values()].filter((one) => fits(one, one.at.getTime(), query))
    return spans(Map.groupBy(found, ({ at }) => at.getTime())).map((span) => ({
      ...span,
      minutes: 1,
    }))
  }

  async hours(query: UsageQuery): Promise<readonly UsageSpan[]> {
    const found = [...this.#hours.values()].filter(({ of, at }) => fits(of, at, query))
    const parts = Map.groupBy(found, ({ at }) => at)
    return [...parts]
      .toSorted(([a], [b]) => a - b)
      .map(([at, hours]) => ({
        at: new Date(at),
        ...beside(hours.map(({ samples }) => over(samples))),
      }))
  }

  async totals(query: UsageQuery): Promise<readonly UsageTotal[]> {
    const from = new Date(hourOf(query.from))
    const found = [...this.#hours.values()].filter(({ of, at }) => fits(of, at, { ...query, from }))
    const servers = Map.groupBy(found, ({ of }) => `${of.id.user}/${of.id.name}`)
    return [...servers.values()]
      .flatMap((hours) => {
        const [first] = hours
        return first ? [{ id: first.of.id, ...over(hours.flatMap(({ samples }) => samples)) }] : []
      })
      .toSorted((a, b) => b.cpuMs - a.cpuMs || a.id.user.localeCompare(b.id.user))
  }

  async prune(before: { readonly minutes: Date; readonly hours: Date }): Promise<void> {
    this.#minutes = new Map([...this.#minutes].filter(([, { at }]) => at >= before.minutes))
    this.#hours = new Map([...this.#hours].filter(([, { at }]) => at >= before.hours.getTime()))
  }
}

const hourOf = (at: Date) => Math.floor(at.getTime() / HOUR_MS) * HOUR_MS

function fits({ id }: UsageSample, at: number, { user, server, from }: UsageQuery): boolean {
  return (
    at >= from.getTime() &&
    (user === undefined || id.user === user) &&
    (server === undefined || id.name === server)
  )
}

function spans(groups: ReadonlyMap<number, readonly UsageSample[]>): UsageSpan[] {
  return [...groups]
    .toSorted(([a], [b]) => a - b)
    .map(([at, samples]) => ({
      at: new Date(at),
      ...beside(samples.map((sample) => over([sample]))),
    }))
}

type Span = Omit<UsageSpan, 'at'>

/** One server, minute after minute. */
function over(samples: readonly UsageSample[]): Span {
  const memory = samples.flatMap((one) => one.memory ?? [])
  const disk = samples.flatMap((one) => one.disk ?? [])
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0)
  return {
    minutes: samples.length,
    memoryMean: memory.length === 0 ? null : Math.round(sum(memory) / memory.length),
    memoryMost: memory.length === 0 ? null : Math.max(...memory),
    cpuMs: sum(samples.map(({ cpuMs }) => cpuMs ?? 0)),
    diskMost: disk.length === 0 ? null : Math.max(...disk),
  }
}

/** Several servers at the same time. */
function beside(parts: readonly Span[]): Span {
  const sum = (which: 'memoryMean' | 'memoryMost' | 'diskMost') => {
    const known = parts.flatMap((part) => part[which] ?? [])
    return known.length === 0 ? null : known.reduce((a, b) => a + b, 0)
  }
  return {
    minutes: parts.reduce((all, part) => all + part.minutes, 0),
    memoryMean: sum('memoryMean'),
    memoryMost: sum('memoryMost'),
    cpuMs: parts.reduce((all, part) => all + part.cpuMs, 0),
    diskMost: sum('diskMost'),
  }
}
