import { expect, test } from 'vitest'

import { openPostgres } from './open-postgres.ts'
import { describePostgres } from './testing/each-database.ts'

describePostgres((cluster) => {
  const place = async () => ({ url: await cluster().database(), password: undefined })
  const runIn = ({ url }: { readonly url: string }, sql: string) => cluster().run(url, sql)

  test('a new database is brought to this version, and an up-to-date one is left as it is', async () => {
    const at = await place()
    await using first = await openPostgres(at)
    await first.users.create({ name: 'ada', admin: false, createdAt: new Date(0) })

    await using again = await openPostgres(at)

    expect(await again.users.find('ada')).toMatchObject({ name: 'ada' })
  })

  test('of several hubs that start at once on a new database, one makes the tables, and all can go on', async () => {
    const at = await place()

    const opened = await Promise.all(Array.from({ length: 4 }, () => openPostgres(at)))

    for (const [i, { users }] of opened.entries())
      await users.create({ name: `n${i}`, admin: false, createdAt: new Date(0) })
    expect(await opened[0]?.users.list({ offset: 0, limit: 9 })).toMatchObject({ total: 4 })
    for (const stores of opened) await stores[Symbol.asyncDispose]()
  })

  test('a database of a newer version is refused and left as it is', async () => {
    const at = await place()
    await (await openPostgres(at))[Symbol.asyncDispose]()
    await runIn(at, 'update bulkhead_schema set version = 999')

    await expect(openPostgres(at)).rejects.toMatchObject({
      code: 'unavailable',
      retryAfter: undefined,
      message: expect.stringContaining('was written by a newer Bulkhead (schema 999'),
    })
    expect(await runIn(at, 'select version from bulkhead_schema')).toEqual([{ version: '999' }])
  })

  test('the database of another program is refused and left as it is', async () => {
    const at = await place()
    await runIn(at, 'create table users (id int)')

    await expect(openPostgres(at)).rejects.toThrow('is used by another program already')

    expect(
      await runIn(at, 'select tablename from pg_tables where schemaname = current_schema()'),
    ).toEqual([{ tablename: 'users' }])
  })

  test('a migration that fails half-way leaves an empty database', async () => {
    const at = await place()
    // A function of this name stands in the way of the second migration.
    await runIn(
      at,
      'create function audit_refuse() returns trigger language plpgsql as $$ begin end $$',
    )

    await expect(openPostgres(at)).rejects.toThrow(/audit_refuse/)

    const tables = 'select tablename from pg_tables where schemaname = current_schema()'
    expect(await runIn(at, tables)).toEqual([])
    await runIn(at, 'drop function audit_refuse')
    await (await openPostgres(at))[Symbol.asyncDispose]()
  })

  test.each([
    [
      'there is no such database',
      (url: string) => url.replace('/postgres?', '/nowhere?'),
      undefined,
    ],
    ['nobody listens there', (url: string) => url.replace('bulkhead-postgres', 'nothing'), 2],
  ])('when %s, it is said so', async (_what, other, retryAfter) => {
    const { url } = await place()

    await expect(openPostgres({ url: other(url), password: undefined })).rejects.toMatchObject({
      code: 'unavailable',
      retryAfter,
    })
  })
})
