import { collectDefaultMetrics, Counter, Gauge, Registry, Summary } from 'prom-client'

/** One number, or one for each value of a label. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly kind?: 'gauge'
  readonly label?: string
  /** By the value of the label; without one, under ''. */
  readonly values: () => Iterable<readonly [string, number]>
}

/** What is found out in passing. */
export interface LookUps {
  /** Of routes, for requests. */
  count(): number
  /** Seconds that some of the last ones took. */
  samples(): readonly number[]
  /** Answers that count as activity. */
  active(): number
}

/** All families, and what there is of every process, read anew whenever somebody asks. */
export function registryOf(families: readonly Family[], lookUps: LookUps): Registry {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  for (const { name, help, kind, label, values } of families) {
    const labelNames = label === undefined ? [] : [label]
    const collect = () => {
      metric.reset()
      for (const [value, count] of values())
        metric.inc(label === undefined ? {} : { [label]: value }, count)
    }
    const options = { name, help, labelNames, registers, collect }
    const metric = kind === 'gauge' ? new Gauge(options) : new Counter(options)
  }
  registry.registerMetric(
    new SampledSummary(
      'find_target_for_req',
      'Seconds to find the target; one in 64 is timed',
      () => ({
        count: lookUps.count(),
        samples: lookUps.samples(),
      }),
    ),
  )
  registry.registerMetric(
    new SampledSummary(
      'last_activity_updating',
      'Notes of activity by answers; a field is set, which takes no time that could be measured',
      () => ({ count: lookUps.active(), samples: [] }),
    ),
  )
  return registry
}

interface Sample {
  /** How many there were. */
  readonly count: number
  /** How long some of them took, in seconds. */
  readonly samples: readonly number[]
}

/** A summary of which only some values are known: the sum is that of as many average ones. */
class SampledSummary extends Summary {
  readonly #read: () => Sample

  constructor(name: string, help: string, read: () => Sample) {
    super({ name, help, registers: [] })
    this.#read = read
  }

  override async get(): Promise<Awaited<ReturnType<Summary['get']>>> {
    const { count, samples } = this.#read()
    this.reset()
    for (const seconds of samples) this.observe(seconds)
    const known = await super.get()
    const sum = samples.reduce((total, seconds) => total + seconds, 0)
    const all = samples.length === 0 ? 0 : (sum / samples.length) * count
    const whole = new Map([
      [`${known.name}_count`, count],
      [`${known.name}_sum`, all],
    ])
    return {
      ...known,
      values: known.values.map((each) => ({
        ...each,
        value: whole.get(each.metricName ?? '') ?? each.value,
      })),
    }
  }
}
