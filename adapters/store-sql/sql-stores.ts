import { HandleEmptyInListsPlugin, type Kysely, replaceWithNoncontingentExpression } from 'kysely'

import type { AnnouncementStore } from '#core/domain/announcements/announcement.ts'
import type { GroupStore } from '#core/domain/groups/group-store.ts'
import type { AuditLog } from '#core/domain/audit/audit-log.ts'
import type { CredentialStore } from '#core/domain/sign-in/credential-store.ts'
import type { EndedStore } from '#core/domain/sign-in/ended-store.ts'
import type { FailureStore } from '#core/domain/sign-in/failure-store.ts'
import type { HeldCredentialStore } from '#core/domain/sign-in/held-credential-store.ts'
import type { LinkStore } from '#core/domain/sign-in/link-store.ts'
import type { SessionStore } from '#core/domain/sign-in/session-store.ts'
import type { ServerStore } from '#core/domain/servers/server-store.ts'
import type { ServiceStore } from '#core/domain/services/service-store.ts'
import type { ShareStore } from '#core/domain/shares/share-store.ts'
import type { TokenStore } from '#core/domain/tokens/token-store.ts'
import type { CountStore } from '#core/domain/usage/count-store.ts'
import type { UsageStore } from '#core/domain/usage/usage-store.ts'
import type { UserStore } from '#core/domain/users/user-store.ts'
import type { CodeStore } from '#core/oauth/code-store.ts'

import { SqlAgreedValues } from './agreed-values-sql.ts'
import { SqlAnnouncementStore } from './announcement-store-sql.ts'
import { SqlAuditLog } from './audit-log-sql.ts'
import { SqlCountStore } from './count-store-sql.ts'
import { SqlCodeStore } from './code-store-sql.ts'
import { SqlCredentialStore } from './credential-store-sql.ts'
import { SqlEndedStore } from './ended-store-sql.ts'
import { SqlFailureStore } from './failure-store-sql.ts'
import { SqlGroupStore } from './group-store-sql.ts'
import { SqlHeldCredentialStore } from './held-credential-store-sql.ts'
import { SqlLinkStore } from './link-store-sql.ts'
import type { Writes } from './read-cache.ts'
import { SqlServerStore } from './server-store-sql.ts'
import { SqlServiceStore } from './service-store-sql.ts'
import { SqlSessionStore } from './session-store-sql.ts'
import { SqlShareStore } from './share-store-sql.ts'
import type { Tables } from './tables.ts'
import { SqlTokenStore } from './token-store-sql.ts'
import { SqlUsageStore } from './usage-store-sql.ts'
import { SqlUserStore } from './user-store-sql.ts'

/** Every store of the hub, in one database. */
export interface SqlStores extends AsyncDisposable {
  /** Whether hubs on other data directories may have the same database. */
  readonly isShared: boolean
  readonly agreed: SqlAgreedValues
  readonly announcement: AnnouncementStore
  readonly users: UserStore
  readonly groups: GroupStore
  readonly credentials: CredentialStore
  readonly sessions: SessionStore
  readonly held: HeldCredentialStore
  readonly ended: EndedStore
  readonly links: LinkStore
  readonly failures: FailureStore
  readonly tokens: TokenStore
  readonly servers: ServerStore
  readonly codes: CodeStore
  readonly services: ServiceStore
  readonly shares: ShareStore
  readonly auditLog: AuditLog
  readonly usage: UsageStore
  readonly counts: CountStore
}

/** Nothing is in an empty list: SQLite knows that by itself, PostgreSQL takes it for a mistake. */
export const plugins = [
  new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression }),
]

export interface DatabaseParts {
  readonly kind: 'sqlite' | 'postgres'
  readonly isShared: boolean
  readonly close: () => Promise<void>
  /** Undefined where others may write as well. */
  readonly writes: Writes | undefined
}

/** All of them over one database, whichever it is. */
export function storesOf(
  db: Kysely<Tables>,
  { kind, isShared, close, writes }: DatabaseParts,
): SqlStores {
  return {
    isShared,
    agreed: new SqlAgreedValues(db),
    announcement: new SqlAnnouncementStore(db),
    users: new SqlUserStore(db, writes),
    groups: new SqlGroupStore(db),
    credentials: new SqlCredentialStore(db),
    sessions: new SqlSessionStore(db, writes),
    held: new SqlHeldCredentialStore(db),
    ended: new SqlEndedStore(db),
    links: new SqlLinkStore(db),
    failures: new SqlFailureStore(db),
    tokens: new SqlTokenStore(db, writes),
    servers: new SqlServerStore(db, { kind, writes }),
    codes: new SqlCodeStore(db),
    services: new SqlServiceStore(db),
    shares: new SqlShareStore(db),
    auditLog: new SqlAuditLog(db),
    usage: new SqlUsageStore(db),
    counts: new SqlCountStore(db),
    [Symbol.asyncDispose]: close,
  }
}
