import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { AuditEvent } from '../audit/audit-entry.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { anchorText, START } from '../audit/chain.ts'
import { verify } from '../audit/verify.ts'

const at = (seconds: number) => new Date(Date.UTC(2030, 0, 1) + seconds * 1000)
const everything = { offset: 0, limit: 100 }

function eventOf(rest: Partial<AuditEvent> = {}): AuditEvent {
  return {
    at: at(0),
    actor: { kind: 'user', name: 'ada', id: 1 },
    credential: 'session',
    action: 'server.start',
    target: { kind: 'server', name: 'bob/lab', userId: 2 },
    address: '192.0.2.1',
    outcome: 'done',
    detail: '',
    count: 1,
    ...rest,
  }
}

const refused = (rest: Partial<AuditEvent> = {}) =>
  eventOf({ action: 'right.refused', outcome: 'refused', ...rest })

/** What every audit log promises. */
export function describeAuditLog(name: string, make: () => Promise<AuditLog>): void {
  describe(`${name} keeps the audit log contract`, () => {
    test('rows are numbered, chained, and read as they were written, newest first', async () => {
      const log = await make()
      expect(await log.last()).toEqual(START)

      const first = await log.append(eventOf())
      const nobody = { kind: 'nobody', name: '', id: null } as const
      const second = await log.append(eventOf({ actor: nobody, at: at(1) }))

      expect([first.id, second.id]).toEqual([1, 2])
      expect(await log.list({}, everything)).toEqual({ items: [second, first], total: 2 })
      expect(await log.list({}, { offset: 1, limit: 1 })).toEqual({ items: [first], total: 2 })
      expect(await log.scan({}, 0, 100)).toEqual([first, second])
      expect(await log.scan({}, 1, 100)).toEqual([second])
      expect(await log.last()).toEqual({ id: 2, hash: second.hash })
      expect(await verify(log)).toEqual({ rows: 2, last: await log.last(), broken: null })
    })

    test('many at once stand one after the other, without a gap', async () => {
      const log = await make()

      await Promise.all(Array.from({ length: 25 }, (_, i) => log.append(eventOf({ at: at(i) }))))

      expect((await log.scan({}, 0, 100)).map(({ id }) => id)).toEqual(
        Array.from({ length: 25 }, (_, i) => i + 1),
      )
      expect((await verify(log)).broken).toBeNull()
    })

    test('whatever is written comes back the same', async () => {
      const log = await make()
      const text = fc.string({ unit: 'binary', maxLength: 60 }).filter((s) => !s.includes('\0'))
      await fc.assert(
        fc.asyncProperty(text, text, fc.option(fc.nat()), async (some, other, id) => {
          const target = { kind: 'user', name: some, userId: id } as const
          const written = await log.append(eventOf({ target, detail: other, address: some }))
          expect((await log.list({}, { offset: 0, limit: 1 })).items).toEqual([written])
        }),
        { numRuns: 50 },
      )
      expect((await verify(log)).broken).toBeNull()
    })

    test('rows are found by who, whom, what and when, and by whose part they are', async () => {
      const log = await make()
      const carol = { kind: 'user', name: 'carol', id: 3 } as const
      await log.append(eventOf({ at: at(0) }))
      await log.append(
        eventOf({ at: at(1), actor: carol, target: { kind: 'user', name: 'bob', userId: 2 } }),
      )
      await log.append(eventOf({ at: at(2), target: { kind: 'user', name: 'bobby', userId: 4 } }))
      await log.append(eventOf({ at: at(3), actor: carol, action: 'user.add' }))
      const ids = async (filter: Parameters<AuditLog['list']>[0]) =>
        (await log.list(filter, everything)).items.map(({ id }) => id)

      expect(await ids({ who: 'carol' })).toEqual([4, 2])
      expect(await ids({ target: 'bob' })).toEqual([4, 2, 1])
      expect(await ids({ target: 'bob/lab' })).toEqual([4, 1])
      expect(await ids({ action: 'user.add' })).toEqual([4])
      expect(await ids({ since: at(1), until: at(3) })).toEqual([3, 2])
      expect(await ids({ part: 3 })).toEqual([4, 2])
      expect(await ids({ part: 4 })).toEqual([3])
      expect(await ids({ who: 'ada', target: 'bob', since: at(0), until: at(9) })).toEqual([1])
      expect((await log.scan({ who: 'carol' }, 2, 9)).map(({ id }) => id)).toEqual([4])
    })

    test('equal refusals become one row with their count, when their time is over', async () => {
      const log = await make()
      await log.hold({ key: 'later', event: refused({ at: at(30) }) })
      await log.hold({ key: 'first', event: refused({ at: at(1) }) })
      await log.hold({ key: 'first', event: refused({ at: at(9), count: 41 }) })
      await log.hold({ key: 'second', event: refused({ at: at(5) }) })

      const seen = (await log.held({ who: 'ada' }, 2)).map((event) => [event.at, event.count])
      expect(seen).toEqual([
        [at(30), 1],
        [at(5), 1],
      ])
      expect(await log.held({ who: 'bob' }, 9)).toEqual([])
      expect(await log.settle(at(30))).toBe(2)

      const rows = await log.scan({}, 0, 100)
      expect(rows.map((row) => [row.at, row.count])).toEqual([
        [at(1), 42],
        [at(5), 1],
      ])
      expect(await log.held({}, 9)).toHaveLength(1)
      await log.hold({ key: 'first', event: refused({ at: at(61) }) })
      expect((await log.held({}, 9)).map(({ count }) => count)).toEqual([1, 1])
      expect((await verify(log)).broken).toBeNull()
    })

    test('the oldest are pruned by age and by number, and the rest still holds', async () => {
      const log = await make()
      for (let i = 0; i < 10; i++) await log.append(eventOf({ at: at(i) }))
      const prune = (limits: { before: Date; most: number }) =>
        log.prune(limits, ({ through }) =>
          eventOf({ at: at(20), action: 'audit.pruned', detail: anchorText(through) }),
        )

      expect(await prune({ before: at(0), most: 10 })).toBe(0)
      expect(await prune({ before: at(3), most: 100 })).toBe(3)
      expect((await log.scan({}, 0, 100)).map(({ id }) => id)).toEqual([4, 5, 6, 7, 8, 9, 10, 11])
      expect(await verify(log)).toMatchObject({ rows: 8, broken: null })
      expect(await prune({ before: at(0), most: 2 })).toBe(6)
      expect((await log.scan({}, 0, 100)).map(({ id }) => id)).toEqual([10, 11, 12])
      expect(await verify(log)).toMatchObject({ rows: 3, broken: null })
      expect(await prune({ before: at(99), most: 100 })).toBe(3)
      expect((await log.scan({}, 0, 100)).map(({ id }) => id)).toEqual([13])
      expect(await verify(log)).toMatchObject({ rows: 1, broken: null })
      expect((await log.append(eventOf())).id).toBe(14)
    })

    test('a row that was written down elsewhere is found again, or not', async () => {
      const log = await make()
      const { id, hash } = await log.append(eventOf())
      await log.append(eventOf())

      expect((await verify(log, { id, hash })).broken).toBeNull()
      expect((await verify(log, { id, hash: '0'.repeat(64) })).broken).toMatchObject({ id: 1 })
      expect((await verify(log, { id: 9, hash })).broken).toMatchObject({ id: 3 })
    })
  })
}
