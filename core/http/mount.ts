import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type * as z from 'zod'

import { composeName, foldName, type FoldedName } from '#core/base/folded-name.ts'
import type { Turns } from '#core/base/turns.ts'
import type { Endpoint } from '#core/contract/endpoint.ts'
import type { Target } from '#core/domain/access/holds.ts'
import type { RightsService } from '#core/domain/access/rights-service.ts'
import { AUDIT_ACTIONS, type AuditAction } from '#core/domain/audit/audit-entry.ts'
import { HubError } from '#core/domain/errors.ts'

import type { AuditTrail, Note } from './audit-trail.ts'
import type { Caller } from './caller.ts'
import { sentLogin } from './cookies.ts'
import { Refused } from './refused.ts'

/** One call of an endpoint: who, with what. */
export interface Call<Params, Body> {
  readonly caller: Caller
  readonly params: Params
  readonly body: Body
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** What the audit log is told besides, of an operation that it has a name for. */
  readonly note: Note
}

/** How callers are known and held to their rights. */
export interface Gate {
  /** Finds out who is asking; refuses a browser's call that its own page did not make. */
  readonly authenticate: (request: FastifyRequest) => Promise<Caller | undefined>
  readonly rights: RightsService
  readonly trail: AuditTrail
  /** Lists are long: they go through one after the other, and everything else in between. */
  readonly turns: Turns
}

/** Serves one endpoint of the contract to whoever holds one of its scopes: reads the call, runs it, writes the answer. */
export function mount<Params extends z.ZodType, Body extends z.ZodType, Output extends z.ZodType>(
  app: FastifyInstance,
  gate: Gate,
  {
    method,
    path,
    scopes,
    lists = false,
    known = false,
    tellsApart = false,
    audit,
    params,
    body,
    output,
    status,
  }: Endpoint<Params, Body, Output>,
  run: (call: Call<z.output<Params>, z.output<Body>>) => Promise<z.input<Output>>,
): void {
  const action = actionOf(audit)
  app.route({
    method,
    url: path,
    handler: async (request, reply) => {
      const caller = await gate.authenticate(request)
      if (!caller) throw missingCredentials(request)
      const asked = params.parse(Object.assign({}, request.query, request.params))
      const target = targetOf(asked)
      if (!known) await requireOneOf(gate, { scopes, lists, tellsApart }, caller, target)
      const call = { caller, params: asked, body: body.parse(request.body ?? undefined) }
      const answer = async () => {
        const found =
          action === undefined
            ? await run({ ...call, request, reply, note: { detail: '', targets: undefined } })
            : await gate.trail.around({ request, caller, action, target }, (note) =>
                run({ ...call, request, reply, note }),
              )
        if (reply.sent || Object.is(found, reply)) return reply
        void reply.code(replyStatus(reply, status))
        if (found === undefined) return reply.type('text/plain').send()
        // The items of a list are made by what makes the single ones; checking hundreds again costs as much as making them.
        return reply.send(lists ? found : output.parse(found))
      }
      return lists ? gate.turns.take(answer) : answer()
    },
  })
}

/** @throws Error for a name that the log does not know: a mistake of ours, told when the hub starts */
function actionOf(audit: string | null | undefined): AuditAction | undefined {
  if (audit === undefined || audit === null) return undefined
  const action = AUDIT_ACTIONS.find((known) => known === audit)
  if (!action) throw new Error(`the audit log knows no action '${audit}'`)
  return action
}

/** One that was sent, and does not hold, belongs into the audit log; asking without any does not. */
export function missingCredentials(request: FastifyRequest): HubError {
  const message = 'Missing or invalid credentials.'
  return request.headers.authorization === undefined && !sentLogin(request)
    ? new HubError('not_signed_in', message)
    : new Refused('credential.refused', 'not_signed_in', message)
}

/** As `mount`, for the few endpoints that anyone may call: a one-time code in the body is the credential. */
export function mountOpen<Body extends z.ZodType, Output extends z.ZodType>(
  app: FastifyInstance,
  { method, path, body, output, status }: Endpoint<z.ZodType, Body, Output>,
  run: (call: {
    body: z.output<Body>
    request: FastifyRequest
    reply: FastifyReply
  }) => Promise<z.input<Output>>,
): void {
  app.route({
    method,
    url: path,
    handler: async (request, reply) => {
      const answer = await run({ body: body.parse(request.body ?? undefined), request, reply })
      return reply.code(status).send(output.parse(answer))
    },
  })
}

/** A handler that has set another status than the usual one, such as 201 for 202, keeps it. */
function replyStatus(reply: FastifyReply, usual: number): number {
  return reply.statusCode === 200 ? usual : reply.statusCode
}

/**
 * Refuses a caller who holds none of the scopes (403), or holds them for something else only (404: whether it exists
 * is not his to know; 403 where the call names nothing). A list (`lists`) is open to whoever holds the scope for anything: it shows no more than that.
 */
export async function requireOneOf(
  { rights }: Pick<Gate, 'rights'>,
  {
    scopes,
    lists = false,
    tellsApart = false,
  }: {
    readonly scopes: readonly string[]
    readonly lists?: boolean
    readonly tellsApart?: boolean
  },
  caller: Caller,
  target: Target,
): Promise<void> {
  if (scopes.includes('operator') && caller.by === 'operator') return
  const found = await rights.holdsOneOf(caller.scopes, scopes, target)
  if (found === 'yes' || (found === 'elsewhere' && lists)) return
  // A call that names nothing has nothing to hide.
  if (found === 'elsewhere' && !tellsApart && Object.keys(target).length > 0)
    throw new Refused('right.refused', 'not_found', 'No access to resources or resources not found')
  throw notAuthorized(scopes)
}

export function notAuthorized(scopes: readonly string[]): HubError {
  return new Refused(
    'right.refused',
    'forbidden',
    `Action is not authorized with current scopes; requires any of [${scopes.join(', ')}]`,
  )
}

/** What a call is about, by the names of its path; a person's is normalised before anything is compared. */
export function targetOf(asked: unknown): Target {
  const named = (name: string): string | undefined => {
    const value: unknown =
      typeof asked === 'object' && asked !== null ? Reflect.get(asked, name) : undefined
    return typeof value === 'string' ? value : undefined
  }
  const [user, server, group, service] = ['user', 'server', 'group', 'service'].map(named)
  if (user !== undefined)
    return { user: readable(user, foldName), ...(server !== undefined && { server }) }
  if (group !== undefined) return { group: readable(group, composeName) }
  return service === undefined ? {} : { service }
}

/** What cannot be a name is nobody's, and stays as it is: the handler says what is wrong with it, to whoever gets that far. */
function readable(raw: string, readName: (raw: string) => FoldedName): string {
  const read = readName(raw)
  return 'name' in read ? read.name : raw
}
