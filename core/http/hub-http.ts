import type { Clock } from '#core/base/clock.ts'
import type { AnnouncementService } from '#core/domain/announcements/announcement-service.ts'
import type { Culler } from '#core/domain/activity/culler.ts'
import type { NoticeBoard } from '#core/domain/activity/notice-board.ts'
import type { RightsService } from '#core/domain/access/rights-service.ts'
import type { ServiceBook } from '#core/domain/services/service-book.ts'
import type { ShareService } from '#core/domain/shares/share-service.ts'
import type { ServiceLife } from '#core/domain/services/service-life.ts'
import type { AuditService } from '#core/domain/audit/audit-service.ts'
import type { GroupService } from '#core/domain/groups/group-service.ts'
import type { AccessEnded } from '#core/domain/sign-in/access-ended.ts'
import type { LinksService } from '#core/domain/sign-in/links-service.ts'
import type { PasswordService } from '#core/domain/sign-in/password-service.ts'
import type { SessionService } from '#core/domain/sign-in/session-service.ts'
import type { SignInService } from '#core/domain/sign-in/sign-in-service.ts'
import type { Addresses } from '#core/domain/servers/addresses.ts'
import type { ServerService } from '#core/domain/servers/server-service.ts'
import type { Capability } from '#core/domain/servers/spawner.ts'
import type { TokenService } from '#core/domain/tokens/token-service.ts'
import type { UsageStore } from '#core/domain/usage/usage-store.ts'
import type { UserService } from '#core/domain/users/user-service.ts'
import type { CodeStore } from '#core/oauth/code-store.ts'

import type { RunningConfig } from './api-config.ts'

import type { HubControl } from './api-hub.ts'

/** What the HTTP face of the hub is built of. */
export interface HubHttpDeps {
  readonly users: UserService
  readonly groups: GroupService
  readonly audit: AuditService
  readonly rights: RightsService
  readonly servers: ServerService
  readonly culler: Pick<Culler, 'endOf' | 'keep' | 'exempt'>
  readonly notices: NoticeBoard
  readonly signIn: SignInService
  readonly sessions: SessionService
  readonly passwords: PasswordService
  readonly ended: AccessEnded
  /** Null when the authenticator keeps no passwords: then there is nothing to set up. */
  readonly links: LinksService
  readonly tokens: TokenService
  readonly codes: CodeStore
  readonly services: ServiceBook
  readonly control: HubControl
  readonly shares: ShareService
  readonly serviceLife: Pick<ServiceLife, 'conditionOf'>
  readonly config: RunningConfig
  readonly metrics: HubMetrics
  readonly usage: Pick<UsageStore, 'minutes' | 'hours' | 'totals'>
  /** @throws HubError `unavailable` when the hub cannot work, because its database does not answer */
  readonly health: () => Promise<unknown>
  readonly announcements: AnnouncementService
  readonly clock: Clock
  /** Signs XSRF tokens; 32 random bytes that outlive restarts. */
  readonly secret: string
  /** What people type, without a slash at the end. */
  readonly publicUrl: string
  readonly addresses: Addresses
  /** For how many seconds browsers are told to come by https alone; undefined: nothing is said of it. */
  readonly hsts: () => number | undefined
  readonly sessionDays: number
  readonly version: string
  readonly walls: readonly Capability[]
  /** The web application's page, with the marker `<!--page-data-->`. */
  readonly shell: string
  /** Folder of the web application's files, served under `/hub/static/`. */
  readonly staticFolder: string
  readonly log: HttpLog
}

/** The hub in numbers. */
interface HubMetrics {
  readonly contentType: string
  readonly forWhom: () => 'authenticated' | 'everybody'
  text(): Promise<string>
  answered(request: {
    readonly method: string
    readonly route: string
    readonly status: number
    readonly ms: number
  }): void
}

export interface HttpLog {
  /** What a browser's content policy kept away, and how many such reports there were. */
  reported(report: string, count: number): void
  /** `target` is without its query. */
  answered(line: {
    readonly method: string
    readonly target: string
    readonly status: number
    readonly who: string
    readonly ms: number
  }): void
  readonly unforeseen: (id: string, error: unknown) => void
}
