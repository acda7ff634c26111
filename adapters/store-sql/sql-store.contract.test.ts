import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach } from 'vitest'

import { describePeopleStores } from '#core/domain/testing/people-stores-contract.ts'
import { describeServerStore } from '#core/domain/testing/server-store-contract.ts'
import { describeCodeStore } from '#core/oauth/testing/code-store-contract.ts'

import { openSqlStore, type SqlStores } from './open-sql-store.ts'

const opened: { readonly stores: SqlStores; readonly folder: string }[] = []
afterEach(async () => {
  for (const { stores, folder } of opened.splice(0)) {
    await stores[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  }
})

/** A database of its own for every test. */
function fresh(): SqlStores {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-store-'))
  const stores = openSqlStore(join(folder, 'hub.sqlite'))
  opened.push({ stores, folder })
  return stores
}

describePeopleStores('SQLite', async () => fresh())

describeServerStore('SQLite', async () => {
  const { users, servers } = fresh()
  for (const name of ['ada', 'bob'])
    await users.create({ name, admin: false, createdAt: new Date(0) })
  return servers
})

describeCodeStore('SQLite', async () => {
  const { users, codes } = fresh()
  const { id } = await users.create({ name: 'ada', admin: false, createdAt: new Date(0) })
  return {
    codes,
    grant: {
      clientId: 'c',
      userId: id,
      userName: 'ada',
      redirectUri: '/x',
      scopes: ['a'],
      codeChallenge: 'x',
      sessionId: 's',
    },
  }
})
