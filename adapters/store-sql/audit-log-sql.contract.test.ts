import { expect, test } from 'vitest'

import type { AuditEvent } from '#core/domain/audit/audit-entry.ts'
import { verify } from '#core/domain/audit/verify.ts'
import { describeAuditLog } from '#core/domain/testing/audit-log-contract.ts'

import { describeEachDatabase, planOf, USES_INDEX } from './testing/each-database.ts'

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

/** Ways to write that only one of the two knows. */
const onlyIn = {
  SQLite: [['replace into audit_log select * from audit_log where id = 2', 'only grows']],
  PostgreSQL: [
    ['truncate audit_log', 'never deleted'],
    ['truncate audit_head', 'never deleted'],
  ],
} as const

describeEachDatabase((kind, fresh) => {
  /** A log of five rows, and another program's view of the database. */
  async function written() {
    const {
      stores: { auditLog: log },
      run,
    } = await fresh()
    for (let i = 0; i < 5; i++) await log.append(event)
    return { log, run }
  }

  describeAuditLog(kind, async () => (await fresh()).stores.auditLog)

  test.each<readonly [string, string | RegExp]>([
    ["update audit_log set actor_name = 'bob'", 'never changed'],
    ['delete from audit_log', 'never deleted'],
    ['delete from audit_log where id = 5', 'never deleted'],
    [
      "insert into audit_log select * from audit_log where id = 2 on conflict (id) do update set detail = 'x'",
      'only grows',
    ],
    [
      'insert into audit_log select 9, at, actor_kind, actor_name, actor_id, credential, action, target_kind, target_name, target_user_id, address, outcome, detail, count, hash from audit_log where id = 2',
      'only grows',
    ],
    ['update audit_head set id = 3', 'only grows'],
    ['delete from audit_head', 'never deleted'],
    ["insert into audit_head values (2, 0, '')", /check/i],
    ...onlyIn[kind],
  ])('the database itself refuses "%s"', async (statement, why) => {
    const { log, run } = await written()

    await expect(run(statement)).rejects.toThrow(why)

    expect(await verify(log)).toMatchObject({ rows: 5, broken: null })
  })

  test('rows may be deleted only inside the step that prunes, and only as far as it goes', async () => {
    const { log, run } = await written()

    await expect(
      run('begin; insert into audit_pruning values (2); delete from audit_log where id = 3'),
    ).rejects.toThrow('never deleted')

    await log.prune({ before: event.at, most: 4 }, () => event)
    expect(await run('select * from audit_pruning')).toEqual([])
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
    const { log, run } = await written()
    const of = kind === 'SQLite' ? '' : ' on audit_log'
    await run(`drop trigger audit_log_stays${of}; drop trigger audit_log_is_kept${of}`)

    await run(statement)

    expect((await verify(log)).broken).toEqual({ id, reason: expect.stringMatching(reason) })
  })

  test('a reader’s questions are answered from an index', async () => {
    const { run } = await fresh()
    for (const sql of [
      "audit_log where actor_name = 'x' order by id desc",
      "audit_log where action = 'x' order by id desc",
      'audit_log where actor_id = 1 or target_user_id = 1',
      'audit_log where id > 9 order by id',
      'audit_held where at < 9',
    ])
      expect(await planOf(kind, run, `select * from ${sql}`), sql).toMatch(USES_INDEX)
  })
})
