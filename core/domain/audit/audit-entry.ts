/**
 * What can stand in the log. `sign-in.refused`, `right.refused` and the like are made of refusals; the others are names of
 * operations, given beside the operation's description.
 */
export const AUDIT_ACTIONS = [
  'announcement.change',
  'audit.export',
  'audit.pruned',
  'config.change',
  'credential.refused',
  'group.add',
  'group.change',
  'group.remove',
  'hub.shutdown',
  'password-link.make',
  'password.change',
  'proxy.change',
  'right.refused',
  'server.add',
  'server.change',
  'server.entered',
  'server.remove',
  'server.start',
  'server.stop',
  'service.add',
  'service.change',
  'service.entered',
  'service.remove',
  'session.end',
  'set-up',
  'set-up-link.make',
  'share.accept',
  'share.change',
  'share.remove',
  'sign-in',
  'sign-in.refused',
  'sign-out',
  'sign-up',
  'sign-up-link.make',
  'token.create',
  'token.remove',
  'token.replayed',
  'user.add',
  'user.change',
  'user.lock',
  'user.remove',
  'user.unlock',
  'xsrf.refused',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/** Who acted. `hub`: by itself, such as when it prunes; `nobody`: not signed in. */
export interface AuditActor {
  readonly kind: 'user' | 'service' | 'operator' | 'hub' | 'nobody'
  readonly name: string
  /** Of a person: names are given anew, ids never. */
  readonly id: number | null
}

/** What was acted on. */
export interface AuditTarget {
  readonly kind: 'user' | 'server' | 'group' | 'service' | 'hub'
  /** `ada`, `ada/lab` for a named server; empty when it is not told. */
  readonly name: string
  /** Of the person, or of the server's owner. */
  readonly userId: number | null
}

/** `refused`: nothing was done. `failed`: it was begun, and went wrong. */
type AuditOutcome = 'done' | 'refused' | 'failed'

/** Something that happened. No text in it is a secret. */
export interface AuditEvent {
  readonly at: Date
  readonly actor: AuditActor
  /** By what the actor was known: `session`, `token a7`, `password`, `link`, `operator`; empty for none. */
  readonly credential: string
  readonly action: AuditAction
  readonly target: AuditTarget
  /** The client's, as our own proxy saw it; empty where there is none, such as on the operator's socket. */
  readonly address: string
  readonly outcome: AuditOutcome
  readonly detail: string
  /** How many equal refusals, or acts beyond those that are written out, it stands for; `at` is the first one's. */
  readonly count: number
}

/** A row of the log: numbered without a gap, its hash made over itself and the hash of the row before. */
export interface AuditEntry extends AuditEvent {
  readonly id: number
  readonly hash: string
}
