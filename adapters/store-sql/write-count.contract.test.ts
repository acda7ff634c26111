import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { openSqlite } from './open-sqlite.ts'
import type { SqlStores } from './sql-stores.ts'

const now = new Date('2026-01-01')
let folder: string
let stores: SqlStores

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-writes-'))
  stores = openSqlite(join(folder, 'hub.sqlite'))
})
afterEach(async () => {
  await stores[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

async function adasToken() {
  const ada = await stores.users.create({ name: 'ada', admin: false, createdAt: now })
  const token = await stores.tokens.create({
    hash: 'h',
    kind: 'api',
    userId: ada.id,
    service: null,
    scopes: ['inherit'],
    note: '',
    clientId: null,
    sessionId: null,
    createdAt: now,
    expiresAt: new Date(now.getTime() + 1000),
  })
  expect(await stores.tokens.findByHash('h', now)).toMatchObject({ id: token.id })
  return { ada, token }
}

test('a token that was just found is gone at once when it is revoked', async () => {
  const { token } = await adasToken()
  await stores.tokens.remove(token.id)
  expect(await stores.tokens.findByHash('h', now)).toBeUndefined()
})

test('a token that was just found is gone at once with its owner', async () => {
  const { ada } = await adasToken()
  await stores.users.remove(ada.id)
  expect(await stores.tokens.findByHash('h', now)).toBeUndefined()
  expect(await stores.users.find('ada')).toBeUndefined()
})

test('a token that was just found expires on time', async () => {
  await adasToken()
  expect(await stores.tokens.findByHash('h', new Date(now.getTime() + 1000))).toBeUndefined()
})

test('what another process writes is seen in the next turn of the event loop', async () => {
  await adasToken()
  const other = new DatabaseSync(join(folder, 'hub.sqlite'))
  other.exec('delete from tokens')
  other.close()
  await setImmediate()
  expect(await stores.tokens.findByHash('h', now)).toBeUndefined()
})
