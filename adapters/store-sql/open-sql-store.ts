import { chmodSync, closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'

import { Kysely, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'

import { HubError } from '#core/domain/errors.ts'
import type { AuditLog } from '#core/domain/audit/audit-log.ts'
import type { CredentialStore } from '#core/domain/sign-in/credential-store.ts'
import type { FailureStore } from '#core/domain/sign-in/failure-store.ts'
import type { LinkStore } from '#core/domain/sign-in/link-store.ts'
import type { SessionStore } from '#core/domain/sign-in/session-store.ts'
import type { ServerStore } from '#core/domain/servers/server-store.ts'
import type { TokenStore } from '#core/domain/tokens/token-store.ts'
import type { UserStore } from '#core/domain/users/user-store.ts'
import type { CodeStore } from '#core/oauth/code-store.ts'

import { SqlAuditLog } from './audit-log-sql.ts'
import { SqlCodeStore } from './code-store-sql.ts'
import { SqlCredentialStore } from './credential-store-sql.ts'
import { SqlFailureStore } from './failure-store-sql.ts'
import { SqlLinkStore } from './link-store-sql.ts'
import { migrate, refuseForeign } from './migrate.ts'
import { SqlServerStore } from './server-store-sql.ts'
import { SqlSessionStore } from './session-store-sql.ts'
import { QueuedSqliteAdapter, SqliteDriver } from './sqlite-driver.ts'
import { guardedOpening } from './store-error.ts'
import type { Tables } from './tables.ts'
import { SqlTokenStore } from './token-store-sql.ts'
import { SqlUserStore } from './user-store-sql.ts'

/** Every store of the hub, in one database. */
export interface SqlStores extends AsyncDisposable {
  readonly users: UserStore
  readonly credentials: CredentialStore
  readonly sessions: SessionStore
  readonly links: LinkStore
  readonly failures: FailureStore
  readonly tokens: TokenStore
  readonly servers: ServerStore
  readonly codes: CodeStore
  readonly auditLog: AuditLog
}

/**
 * Opens the database, making or upgrading it where that is needed. The file is for its owner alone.
 * @throws HubError `unavailable`, with what is wrong and what to do
 */
export function openSqlStore(file: string): SqlStores {
  const database = guardedOpening(file, () => open(file))
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new QueuedSqliteAdapter(),
      createDriver: () => new SqliteDriver(database),
      createIntrospector: (kysely) => new SqliteIntrospector(kysely),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
  return {
    users: new SqlUserStore(db),
    credentials: new SqlCredentialStore(db),
    sessions: new SqlSessionStore(db),
    links: new SqlLinkStore(db),
    failures: new SqlFailureStore(db),
    tokens: new SqlTokenStore(db),
    servers: new SqlServerStore(db),
    codes: new SqlCodeStore(db),
    auditLog: new SqlAuditLog(db),
    [Symbol.asyncDispose]: async () => {
      // Whoever has asked stands in the driver's queue by then, and is answered first.
      await setImmediate()
      await db.destroy()
      // What was never asked anything has no driver yet that could close it.
      if (database.isOpen) database.close()
    },
  }
}

function open(file: string): DatabaseSync {
  makePrivate(file)
  refuseForeign(file)
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: 5000 })
  try {
    database.exec('pragma journal_mode = wal; pragma synchronous = normal')
    migrate(database, file)
    // A file that can only be read is found now, and not when the first person signs in.
    database.exec('delete from users where false')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** SQLite gives its `-wal` and `-shm` files the mode of the database, so it is made private before they are. */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600))
    chmodSync(file, 0o600)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'EISDIR')
      throw new HubError('unavailable', `${file} is a folder. Move it away: a file goes there.`, {
        cause: error,
      })
    // A folder that is not there, or not ours: SQLite's own refusal has the words for it.
    if (!['ENOENT', 'EACCES', 'EROFS', 'EPERM', 'ENOSPC', 'ENOTDIR'].includes(code)) throw error
  }
}
