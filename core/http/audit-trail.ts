import type { FastifyRequest } from 'fastify'

import type { Target } from '#core/domain/access/holds.ts'
import type { AuditAction, AuditActor, AuditTarget } from '#core/domain/audit/audit-entry.ts'
import type { AuditService } from '#core/domain/audit/audit-service.ts'
import { HubError } from '#core/domain/errors.ts'
import type { ServerId } from '#core/domain/servers/server.ts'
import type { UserService } from '#core/domain/users/user-service.ts'

import type { Actor, Caller } from './caller.ts'
import { clientAddress } from './door.ts'
import { noteFailedSignIn } from './failed-sign-in.ts'
import { Refused } from './refused.ts'

/** What a handler adds to the entry about itself. */
export interface Note {
  /** What else there is to say; no secret. */
  detail: string
  /** Who or what was acted on, when the path does not name it, or not by its only name. */
  targets: readonly Target[] | undefined
}

interface TrailDeps {
  readonly audit: AuditService
  readonly users: Pick<UserService, 'find'>
}

const HUB: AuditTarget = { kind: 'hub', name: '', userId: null }
/** More of them than this are told by name in the details of fewer entries. */
const MOST_TARGETS = 50
const LONGEST_DETAIL = 240

/** Writes down what callers do, with everything about the request that belongs to it. */
export class AuditTrail {
  readonly #deps: TrailDeps
  readonly #callers = new WeakMap<FastifyRequest, Caller>()

  constructor(deps: TrailDeps) {
    this.#deps = deps
  }

  /** Who asks, so that a refusal later on says whom it was about. */
  know(request: FastifyRequest, caller: Caller): void {
    this.#callers.set(request, caller)
  }

  /** Runs it, and writes down that it was done, or that it was begun and went wrong. Whatever was refused was not begun. */
  async around<T>(
    what: {
      readonly request: FastifyRequest
      readonly caller: Actor | undefined
      readonly action: AuditAction
      readonly target: Target
    },
    run: (note: Note) => Promise<T>,
  ): Promise<T> {
    const note: Note = { detail: '', targets: undefined }
    // Looked up before, for it may be somebody's removal.
    const before = await this.#targetOf(what.target)
    try {
      const result = await run(note)
      await this.#done(what, note, before)
      return result
    } catch (error) {
      const failed = !(error instanceof HubError) || error.code === 'unavailable'
      if (failed) await this.#write({ ...what, target: before, outcome: 'failed', detail: '' })
      throw error
    }
  }

  /** Writes down something that is done, and that no operation of the API stands for. */
  async done(
    request: FastifyRequest,
    caller: Actor | undefined,
    action: AuditAction,
    { target = {}, detail = '' }: { readonly target?: Target; readonly detail?: string } = {},
  ): Promise<void> {
    const about = await this.#targetOf(target)
    await this.#write({ request, caller, action, target: about, outcome: 'done', detail })
  }

  /** Writes down that somebody did not show who he is. A name that is nobody's is left out: it could be a mistyped password. */
  async signInRefused(request: FastifyRequest, name: string): Promise<void> {
    const user = await this.#deps.users.find(name)
    const target = user ? personTarget(user.name, user.id) : HUB
    await this.#write({
      request,
      caller: undefined,
      action: 'sign-in.refused',
      target,
      outcome: 'refused',
      detail: '',
    })
  }

  /** Writes down a refusal, if it is one: what was thrown, while answering the request. */
  async refused(request: FastifyRequest, error: unknown): Promise<void> {
    const caller = this.#callers.get(request)
    const action =
      error instanceof Refused
        ? error.action
        : error instanceof HubError && error.code === 'forbidden' && caller
          ? 'right.refused'
          : undefined
    if (action === undefined) return
    await this.#write({
      request,
      caller,
      action,
      target: await this.#targetOf(pathTarget(request.params)),
      outcome: 'refused',
      detail: `${request.method} ${request.routeOptions.url ?? ''}`,
    })
  }

  async #done(
    what: {
      readonly request: FastifyRequest
      readonly caller: Actor | undefined
      readonly action: AuditAction
      readonly target: Target
    },
    { detail, targets }: Note,
    before: AuditTarget,
  ): Promise<void> {
    const write = (target: AuditTarget, text: string) =>
      this.#write({ ...what, target, outcome: 'done', detail: text })
    if (targets === undefined) {
      // Of somebody who was made just now there was no id before.
      const isNew = before.kind === 'user' && before.userId === null
      return write(isNew ? await this.#targetOf(what.target) : before, detail)
    }
    if (targets.length <= MOST_TARGETS) {
      for (const target of targets) await write(await this.#targetOf(target), detail)
      return
    }
    for (const text of inLines(targets.map(({ user, group }) => user ?? group ?? '')))
      await write({ ...before, name: '' }, text)
  }

  async #targetOf({ user, server, group, service }: Target): Promise<AuditTarget> {
    if (user !== undefined) {
      const found = await this.#deps.users.find(user)
      const name = found?.name ?? user
      return server === undefined
        ? personTarget(name, found?.id ?? null)
        : { kind: 'server', name: nameOf({ user: name, name: server }), userId: found?.id ?? null }
    }
    if (group !== undefined) return { kind: 'group', name: group, userId: null }
    return service === undefined ? HUB : { kind: 'service', name: service, userId: null }
  }

  async #write({
    request,
    caller,
    action,
    target,
    outcome,
    detail,
  }: {
    readonly request: FastifyRequest
    readonly caller: Actor | undefined
    readonly action: AuditAction
    readonly target: AuditTarget
    readonly outcome: 'done' | 'refused' | 'failed'
    readonly detail: string
  }): Promise<void> {
    await this.#deps.audit.record({
      actor: actorOf(caller),
      credential: credentialOf(caller),
      action,
      target,
      address: clientAddress(request.raw),
      outcome,
      detail,
    })
  }
}

/** Waits for somebody to show who he is, and tells when he did not, or was held back for trying too often. */
export async function refusedToldBy<T>(proving: Promise<T>, tell: () => Promise<void>): Promise<T> {
  try {
    return await proving
  } catch (error) {
    if (error instanceof HubError && ['not_signed_in', 'too_many'].includes(error.code)) {
      noteFailedSignIn(error)
      await tell()
    }
    throw error
  }
}

/** A server as it stands in the log: `ada` for the default one, `ada/lab`. */
const nameOf = ({ user, name }: ServerId) => (name === '' ? user : `${user}/${name}`)

const personTarget = (name: string, userId: number | null): AuditTarget => ({
  kind: 'user',
  name,
  userId,
})

function actorOf(caller: Actor | undefined): AuditActor {
  if (!caller) return { kind: 'nobody', name: '', id: null }
  if (caller.by === 'operator') return { kind: 'operator', name: '', id: null }
  if (caller.by === 'service') return { kind: 'service', name: caller.service, id: null }
  return { kind: 'user', name: caller.user.name, id: caller.user.id }
}

function credentialOf(caller: Actor | undefined): string {
  if (!caller) return ''
  return caller.by === 'token' || caller.by === 'service' ? `token a${caller.token.id}` : caller.by
}

/** What the path names, as it stands there. */
function pathTarget(params: unknown): Target {
  const named = (name: string): string | undefined => {
    const value: unknown =
      typeof params === 'object' && params !== null ? Reflect.get(params, name) : undefined
    return typeof value === 'string' ? value : undefined
  }
  const [user, server, group, service] = ['user', 'server', 'group', 'service'].map(named)
  if (user !== undefined) return { user, ...(server !== undefined && { server }) }
  if (group !== undefined) return { group }
  return service === undefined ? {} : { service }
}

/** Names in as few lines as hold them. */
function inLines(names: readonly string[]): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const name of names) {
    if (line !== '' && Buffer.byteLength(line) + Buffer.byteLength(name) + 2 > LONGEST_DETAIL) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? name : `${line}, ${name}`
  }
  return line === '' ? lines : [...lines, line]
}
