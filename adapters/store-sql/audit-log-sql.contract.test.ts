import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { afterEach, expect, test } from 'vitest'

import type { AuditEvent } from '#core/domain/audit/audit-entry.ts'
import { verify } from '#core/domain/audit/verify.ts'
import { describeAuditLog } from '#core/domain/testing/audit-log-contract.ts'

import { openSqlStore, type SqlStores } from './open-sql-store.ts'

const opened: { readonly stores: SqlStores; readonly folder: string }[] = []
afterEach(async () => {
  for (const { stores, folder } of opened.splice(0)) {
    await stores[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  }
})

/** A log in a database of its own. */
function fresh() {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-audit-'))
  const file = join(folder, 'hub.sqlite')
  const stores = openSqlStore(file)
  opened.push({ stores, folder })
  return { log: stores.auditLog, file }
}

/** A log of five rows, and another program's view of the database. */
async function written() {
  const { log, file } = fresh()
  for (let i = 0; i < 5; i++) await log.append(event)
  return { log, other: new DatabaseSync(file) }
}

const event: AuditEvent = {
  at: new Date('2030-01-01T00:00:00Z'),
  actor: { kind: 'user', name: 'ada', id: 1 },
  credential: 'session',
  action: 'user.remove',
  target: { kind: 'user', name: 'bob', userId: 2 },
  address: '192.0.2.1',
  outcome: 'done',
  detail: '',
  count: 1,
}

describeAuditLog('SQLite', async () => fresh().log)

test.each([
  ["update audit_log set actor_name = 'bob'", 'never changed'],
  ['delete from audit_log', 'never deleted'],
  ['delete from audit_log where id = 5', 'never deleted'],
  ['replace into audit_log select * from audit_log where id = 2', 'only grows'],
  [
    "insert into audit_log select * from audit_log where id = 2 on conflict do update set detail = 'x'",
    'only grows',
  ],
  [
    'insert into audit_log select 9, at, actor_kind, actor_name, actor_id, credential, action, target_kind, target_name, target_user_id, address, outcome, detail, count, hash from audit_log where id = 2',
    'only grows',
  ],
  ['update audit_head set id = 3', 'only grows'],
  ['delete from audit_head', 'never deleted'],
  ['insert into audit_head values (2, 0, 0)', 'CHECK'],
])('the database itself refuses "%s"', async (statement, why) => {
  const { log, other } = await written()
  using _closed = other

  expect(() => other.exec(statement)).toThrow(why)

  expect(await verify(log)).toMatchObject({ rows: 5, broken: null })
})

test('rows may be deleted only inside the step that prunes, and only as far as it goes', async () => {
  const { log, other } = await written()
  using _closed = other
  other.exec('begin; insert into audit_pruning values (2)')

  expect(() => other.exec('delete from audit_log where id = 3')).toThrow('never deleted')

  other.exec('rollback')
  await log.prune({ before: event.at, most: 4 }, () => event)
  expect(other.prepare('select * from audit_pruning').all()).toEqual([])
})

test.each([
  ["update audit_log set actor_name = 'bob' where id = 3", 3, /row 3 was changed/],
  ["update audit_log set action = 'nothing' where id = 4", 4, /row 4 cannot be read/],
  ['update audit_log set count = 2 where id = 1', 1, /row 1 was changed/],
  ["update audit_log set hash = '00' where id = 5", 5, /row 5 was changed/],
  ['delete from audit_log where id = 2', 2, /row 2 is missing/],
  ['delete from audit_log where id > 3', 4, /rows after 3 are missing/],
  ['delete from audit_log', 1, /rows after 0 are missing/],
])('with the triggers dropped, "%s" is found out', async (statement, id, reason) => {
  const { log, other } = await written()
  using _closed = other
  other.exec('drop trigger audit_log_stays; drop trigger audit_log_is_kept')

  other.exec(statement)

  expect((await verify(log)).broken).toEqual({ id, reason: expect.stringMatching(reason) })
})

test('a reader’s questions are answered from an index', async () => {
  const { other } = await written()
  using _closed = other
  const plan = (sql: string) =>
    other
      .prepare(`explain query plan select * from ${sql}`)
      .all()
      .map(({ detail }) => String(detail))
      .join('\n')

  for (const sql of [
    "audit_log where actor_name = 'x' order by id desc",
    "audit_log where action = 'x' order by id desc",
    'audit_log where actor_id = 1 or target_user_id = 1',
    'audit_log where id > 9 order by id',
    'audit_held where at < 9',
  ])
    expect(plan(sql), sql).toMatch(/SEARCH .* USING /)
})
