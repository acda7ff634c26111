import { beforeEach, describe, expect, test } from 'vitest'

import { ManualClock } from '#core/base/manual-clock.ts'

import { FakeAuditLog } from '../testing/fake-audit-log.ts'
import type { AuditEntry } from './audit-entry.ts'
import { type AuditNote, AuditService } from './audit-service.ts'

let log: FakeAuditLog
let clock: ManualClock
let audit: AuditService
beforeEach(() => {
  log = new FakeAuditLog()
  clock = new ManualClock()
  audit = new AuditService({ log, clock, maxAgeMs: 3_600_000, maxRows: 100 })
})

function noteOf(rest: Partial<AuditNote> = {}): AuditNote {
  return {
    actor: { kind: 'user', name: 'bob', id: 2 },
    credential: 'token a7',
    action: 'right.refused',
    target: { kind: 'user', name: 'ada', userId: 1 },
    address: '192.0.2.1',
    outcome: 'refused',
    detail: 'DELETE /users/:user',
    ...rest,
  }
}

const counts = () => log.rows.map(({ count }) => count)

test('equal refusals within a minute are one row with a count; another minute is another row', async () => {
  for (let i = 0; i < 50; i++) await audit.record(noteOf())
  await clock.advance(59_000)
  await audit.record(noteOf())
  await clock.advance(1000)
  await audit.record(noteOf())

  expect(counts()).toEqual([51])
  await clock.advance(60_000)
  await audit.settle()
  expect(counts()).toEqual([51, 1])
  expect((await audit.verify()).broken).toBeNull()
})

test('refusals that differ in who, what, whom or where from are rows of their own', async () => {
  const bob = noteOf()
  const others: Partial<AuditNote>[] = [
    {},
    { actor: { kind: 'user', name: 'carol', id: 3 } },
    { action: 'xsrf.refused' },
    { detail: 'PATCH /users/:user' },
    { target: { kind: 'user', name: 'dan', userId: 4 } },
    { address: '192.0.2.2' },
    { address: '2001:db8::1' },
  ]
  for (const other of others) await audit.record({ ...bob, ...other })
  // Whoever has one address of such a network has them all.
  await audit.record({ ...bob, address: '2001:db8::2' })

  await clock.advance(60_000)
  await audit.settle()

  expect(counts()).toEqual([1, 1, 1, 1, 1, 1, 2])
})

test('the first refusal is kept at once, and shown with its count before its time is over', async () => {
  await audit.record(noteOf({ action: 'user.remove', outcome: 'done' }))
  await audit.record(noteOf())
  expect(log.kept.size).toBe(1)
  for (let i = 0; i < 9; i++) await audit.record(noteOf())

  const { items, total } = await audit.list({}, { offset: 0, limit: 10 })
  expect(items.map(({ action, count }) => [action, count])).toEqual([
    ['right.refused', 10],
    ['user.remove', 1],
  ])
  expect(total).toBe(2)
  expect((await audit.list({}, { offset: 1, limit: 1 })).items).toEqual(log.rows)
  expect((await audit.list({ who: 'ada' }, { offset: 0, limit: 10 })).total).toBe(0)
})

test('nobody fills the log with refusals at ever new names', async () => {
  for (let i = 0; i < 1000; i++)
    await audit.record(noteOf({ target: { kind: 'user', name: `n${i}`, userId: null } }))

  await clock.advance(60_000)
  await audit.settle()

  expect(log.rows.length).toBe(33)
  expect(log.rows.reduce((sum, { count }) => sum + count, 0)).toBe(1000)
  expect(log.rows.at(-1)?.target.name).toBe('')
})

test('nobody fills the log from ever new addresses', async () => {
  for (let i = 0; i < 10_500; i++)
    await audit.record(noteOf({ address: `10.0.${i >> 8}.${i & 255}` }))

  await clock.advance(60_000)
  await audit.settle()

  expect(log.rows.length).toBe(10_001)
  expect(log.rows.at(-1)).toMatchObject({ address: '', count: 500 })
})

test('fields are one line of at most 256 bytes, cut between characters', async () => {
  await audit.record(
    noteOf({
      outcome: 'done',
      actor: { kind: 'user', name: '\u001b[31mro\u0000ot\u202e\n!', id: 1 },
      detail: 'é'.repeat(50_000),
      credential: '\ud800',
      address: `a${'😀'.repeat(100)}`,
    }),
  )

  const row = log.rows[0]
  expect(row?.actor.name).toBe('root !')
  expect(row?.credential).toBe('\ufffd')
  for (const text of [row?.detail ?? '', row?.address ?? '']) {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(256)
    expect(Buffer.byteLength(text)).toBeGreaterThan(250)
    expect(text).toMatch(/^a?[é😀]+…$/u)
  }
})

test('what is too old or too much is taken away, and that is written down', async () => {
  for (let i = 0; i < 150; i++) await audit.record(noteOf({ outcome: 'done' }))

  expect(await audit.prune()).toBe(50)
  expect(log.rows.at(-1)).toMatchObject({
    action: 'audit.pruned',
    actor: { kind: 'hub' },
    detail: expect.stringMatching(/^rows up to 50, whose hash is [0-9a-f]{64}$/),
  })
  expect((await audit.verify()).broken).toBeNull()
  await clock.advance(3_600_001)
  expect(await audit.prune()).toBe(101)
  expect(log.rows).toHaveLength(1)
})

test('all of it is exported, oldest first', async () => {
  for (let i = 0; i < 1001; i++) await audit.record(noteOf({ outcome: 'done' }))

  const ids: number[] = []
  for await (const { id } of audit.export({})) ids.push(id)

  expect(ids).toEqual(Array.from({ length: 1001 }, (_, i) => i + 1))
})

test.each<[string, (rows: AuditEntry[]) => AuditEntry[], number, string]>([
  [
    'was changed',
    (rows) => rows.map((row) => (row.id === 3 ? { ...row, detail: 'x' } : row)),
    3,
    'row 3 was changed, or what stood before it',
  ],
  ['is missing', (rows) => rows.filter(({ id }) => id !== 2), 2, 'row 2 is missing'],
  ['was cut off at the end', (rows) => rows.slice(0, 4), 5, 'the rows after 4 are missing'],
  ['was cut off at the beginning', (rows) => rows.slice(2), 1, 'rows 1 to 2 are missing'],
  ['was emptied', () => [], 1, 'the rows after 0 are missing'],
])('a log that %s is found out', async (_name, change, id, reason) => {
  for (let i = 0; i < 5; i++) await audit.record(noteOf({ outcome: 'done' }))

  log.rows = change(log.rows)

  expect((await audit.verify()).broken).toEqual({ id, reason })
})

describe('what somebody does within his own affairs', () => {
  const own = (rest: Partial<AuditNote> = {}) =>
    noteOf({
      action: 'token.create',
      target: { kind: 'user', name: 'bob', userId: 2 },
      outcome: 'done',
      detail: 'a8',
      ...rest,
    })

  test('is written out thirty times a minute, and counted beyond, so that nobody can push the rest out of the log', async () => {
    for (let i = 0; i < 100; i++) await audit.record(own({ detail: `a${i}` }))
    await audit.record(
      own({ action: 'service.entered', target: { kind: 'service', name: 'x', userId: null } }),
    )
    expect(log.rows).toHaveLength(30)

    await clock.advance(60_001)
    await audit.settle()

    expect(log.rows.slice(30)).toMatchObject([
      { action: 'token.create', target: { name: 'bob' }, outcome: 'done', count: 70 },
      { action: 'service.entered', target: { name: 'x' }, outcome: 'done', count: 1 },
    ])
    expect((await audit.verify()).broken).toBeNull()
    await audit.record(own())
    expect(log.rows).toHaveLength(33)
  })

  test('counts for nobody else, nor for what he does to others', async () => {
    for (let i = 0; i < 40; i++) await audit.record(own())
    await audit.record(
      own({
        actor: { kind: 'user', name: 'carol', id: 3 },
        target: { kind: 'user', name: 'carol', userId: 3 },
      }),
    )
    for (let i = 0; i < 40; i++)
      await audit.record(
        own({ action: 'user.change', target: { kind: 'user', name: 'ada', userId: 1 } }),
      )

    expect(log.rows).toHaveLength(30 + 1 + 40)
  })
})
