import { describe, expect, test } from 'vitest'

import type { UsageSample, UsageStore } from '../usage/usage-store.ts'

const t0 = Date.parse('2030-01-01T00:00:00Z')
const minute = (n: number) => new Date(t0 + n * 60_000)

/** What every store of use promises. `make` gives one, empty, and the ids of `ada` and `bob`. */
export function describeUsageStore(
  name: string,
  make: () => Promise<{ readonly store: UsageStore; readonly ids: Record<'ada' | 'bob', number> }>,
): void {
  const filled = async () => {
    const { store, ids } = await make()
    const sample = (
      user: 'ada' | 'bob',
      server: string,
      n: number,
      used: Partial<UsageSample>,
    ) => ({
      id: { user, name: server },
      userId: ids[user],
      at: minute(n),
      memory: 100,
      cpuMs: 10,
      disk: null,
      ...used,
    })
    await store.add([
      sample('ada', '', 0, { memory: 100 }),
      sample('ada', 'gpu', 0, { memory: 1000, cpuMs: 500, disk: 7 }),
      sample('bob', '', 0, { memory: null, cpuMs: null }),
    ])
    await store.add([sample('ada', '', 1, { memory: 300 })])
    // A second hub looked as well.
    await store.add([sample('ada', '', 1, { memory: 999, cpuMs: 999 })])
    await store.add([sample('ada', '', 60, { memory: 50 })])
    return store
  }

  describe(`${name} keeps the usage store contract`, () => {
    test('minutes are those that were added, each once, of servers together', async () => {
      const store = await filled()

      expect(await store.minutes({ user: 'ada', from: minute(0) })).toEqual([
        { at: minute(0), minutes: 1, memoryMean: 1100, memoryMost: 1100, cpuMs: 510, diskMost: 7 },
        { at: minute(1), minutes: 1, memoryMean: 300, memoryMost: 300, cpuMs: 10, diskMost: null },
        { at: minute(60), minutes: 1, memoryMean: 50, memoryMost: 50, cpuMs: 10, diskMost: null },
      ])
      expect(await store.minutes({ user: 'ada', server: 'gpu', from: minute(0) })).toHaveLength(1)
      expect(await store.minutes({ from: minute(2) })).toHaveLength(1)
      expect(await store.minutes({ user: 'bob', from: minute(0) })).toEqual([
        { at: minute(0), minutes: 1, memoryMean: null, memoryMost: null, cpuMs: 0, diskMost: null },
      ])
    })

    test('hours hold the mean and the most, and outlive their minutes', async () => {
      const store = await filled()
      await store.prune({ minutes: minute(60), hours: minute(0) })

      expect(await store.minutes({ from: minute(0) })).toHaveLength(1)
      expect(await store.hours({ user: 'ada', server: '', from: minute(0) })).toEqual([
        { at: minute(0), minutes: 2, memoryMean: 200, memoryMost: 300, cpuMs: 20, diskMost: null },
        { at: minute(60), minutes: 1, memoryMean: 50, memoryMost: 50, cpuMs: 10, diskMost: null },
      ])
      expect((await store.hours({ from: minute(0) }))[0]).toMatchObject({
        memoryMean: 1200,
        memoryMost: 1300,
        cpuMs: 520,
      })
      await store.prune({ minutes: minute(60), hours: minute(60) })
      expect(await store.hours({ from: minute(0) })).toHaveLength(1)
    })

    test('totals name each server, the busiest first', async () => {
      const store = await filled()

      const totals = await store.totals({ from: minute(30) })

      expect(totals.map(({ id, cpuMs }) => [id.user, id.name, cpuMs])).toEqual([
        ['ada', 'gpu', 500],
        ['ada', '', 30],
        ['bob', '', 0],
      ])
      expect(totals[1]).toMatchObject({ minutes: 3, memoryMean: 150, memoryMost: 300 })
      expect(await store.totals({ user: 'bob', from: minute(0) })).toHaveLength(1)
    })
  })
}
