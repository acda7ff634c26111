import { Readable } from 'node:stream'

import type { FastifyInstance } from 'fastify'

import { type AuditBody, exportAudit, listAudit, verifyAudit } from '#core/contract/audit.ts'
import { sightOf } from '#core/domain/access/sight.ts'
import {
  AUDIT_ACTIONS,
  type AuditAction,
  type AuditEntry,
  type AuditEvent,
} from '#core/domain/audit/audit-entry.ts'
import type { AuditFilter } from '#core/domain/audit/audit-log.ts'
import { HubError } from '#core/domain/errors.ts'

import { type Caller, personOf } from './caller.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, mount, notAuthorized } from './mount.ts'
import { askedPage, pageAnswer } from './pagination.ts'

/** The audit log: read, exported, checked. */
export function mountAudit(app: FastifyInstance, gate: Gate, deps: HubHttpDeps): void {
  const { audit, publicUrl } = deps

  mount(app, gate, listAudit, async ({ caller, params, request }) => {
    const part = partOf(caller)
    const page = askedPage(request, params)
    const { items, total } = await audit.list({ ...filterOf(params), ...part }, page)
    const bodies = items.map((entry) => bodyOf(entry, part?.part))
    return pageAnswer({ request, publicUrl }, page, { items: bodies, total })
  })

  mount(app, gate, exportAudit, async ({ params, reply }) => {
    const entries = audit.export(filterOf(params))
    return reply.type('application/x-ndjson').send(Readable.from(lines(entries)))
  })

  mount(app, gate, verifyAudit, async ({ params: { id, hash } }) => {
    if ((id === undefined) !== (hash === undefined))
      throw new HubError('invalid', 'id and hash go together')
    return audit.verify(id === undefined || hash === undefined ? undefined : { id, hash })
  })
}

/** Undefined: all of it. @throws HubError `forbidden` for who has no part */
function partOf(caller: Caller): { readonly part: number } | undefined {
  const sight = sightOf(caller.scopes)
  if (sight('admin:users', {})) return undefined
  const me = personOf(caller)
  if (me && sight('read:users:activity', { user: me.name }, me.groups)) return { part: me.id }
  throw notAuthorized(listAudit.scopes)
}

function filterOf({
  who,
  target,
  action,
  since,
  until,
}: {
  readonly who?: string | undefined
  readonly target?: string | undefined
  readonly action?: string | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
}): AuditFilter {
  return {
    ...(who !== undefined && { who }),
    ...(target !== undefined && { target }),
    ...(action !== undefined && { action: actionOf(action) }),
    ...(since !== undefined && { since: new Date(since) }),
    ...(until !== undefined && { until: new Date(until) }),
  }
}

function actionOf(text: string): AuditAction {
  const action = AUDIT_ACTIONS.find((known) => known === text)
  if (!action)
    throw new HubError(
      'invalid',
      `action: there is no '${text}'; there are ${AUDIT_ACTIONS.join(', ')}`,
    )
  return action
}

async function* lines(entries: AsyncIterable<AuditEntry>): AsyncGenerator<string> {
  for await (const entry of entries) yield `${JSON.stringify(bodyOf(entry))}\n`
}

/** @param me whose part it is: of others he learns what they did, and not from where or by which token */
function bodyOf(entry: AuditEvent | AuditEntry, me?: number): AuditBody {
  const { at, actor, credential, action, target, address, outcome, detail, count } = entry
  const hidden = me !== undefined && actor.id !== me
  return {
    id: 'id' in entry ? entry.id : null,
    at: at.toISOString(),
    actor: { kind: actor.kind, name: actor.name },
    credential: hidden ? '' : credential,
    action,
    target: { kind: target.kind, name: target.name },
    address: hidden ? '' : address,
    outcome,
    detail,
    count,
    hash: 'hash' in entry ? entry.hash : null,
  }
}
