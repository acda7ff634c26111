import type { FastifyInstance } from 'fastify'
import type * as z from 'zod'

import {
  addService,
  getService,
  listServices,
  makeServiceToken,
  removeService,
} from '#core/contract/services.ts'
import { reachOf } from '#core/domain/access/holds.ts'
import { NO_OWNER } from '#core/domain/access/owner.ts'
import type { RightsService } from '#core/domain/access/rights-service.ts'
import { sightOf } from '#core/domain/access/sight.ts'
import { HubError } from '#core/domain/errors.ts'
import type { ServiceBook } from '#core/domain/services/service-book.ts'
import type { ServiceLife } from '#core/domain/services/service-life.ts'
import { clientDefaultsOf, type Service } from '#core/domain/services/service.ts'

import type { Caller } from './caller.ts'
import { type Gate, mount } from './mount.ts'
import { serviceBody } from './service-body.ts'

interface Deps {
  readonly services: ServiceBook
  readonly serviceLife: Pick<ServiceLife, 'conditionOf'>
  readonly rights: RightsService
}

type Definition = z.output<typeof addService.body>

/** The configuration's rule (core/config/schema/names.ts). */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.~-]{0,63}$/

/** Services: list, show, and those that are made and removed while the hub runs. */
export function mountServices(
  app: FastifyInstance,
  gate: Gate,
  { services, serviceLife, rights }: Deps,
): void {
  const shown = (service: Service, { scopes }: Caller) =>
    serviceBody(service, sightOf(scopes), {
      roles: rights.access.roles,
      condition: serviceLife.conditionOf(service.name),
    })

  mount(app, gate, listServices, async ({ caller }) => {
    const reach = reachOf(caller.scopes, 'list:services')
    const all = await services.list()
    const seen = all.filter(({ name }) => reach === 'everything' || reach.services.includes(name))
    return Object.fromEntries(seen.map((service) => [service.name, shown(service, caller)]))
  })

  mount(app, gate, getService, async ({ caller, params }) =>
    shown(await services.get(params.service), caller),
  )

  mount(app, gate, addService, async ({ caller, params, body }) => {
    const service = readService(params.service, body)
    await requireRights(rights, caller, service)
    await services.add(service, body.api_token ?? null)
    return shown(service, caller)
  })

  mount(app, gate, removeService, ({ params }) => services.remove(params.service))

  mount(app, gate, makeServiceToken, async ({ caller, params, body }) => {
    const service = await services.get(params.service)
    await requireRights(rights, caller, { ...service, allowedScopes: [], noConfirm: false })
    const token = await services.makeToken(service.name, body.note)
    return { token, service: service.name, note: body.note }
  })
}

/** @throws HubError `invalid` */
function readService(name: string, body: Definition): Service {
  if (!NAME.test(name))
    throw new HubError(
      'invalid',
      'a service’s name has at most 64 letters, digits and - _ ~ . , first a letter or digit',
    )
  if (body.command !== undefined && body.command.length > 0)
    throw new HubError(
      'invalid',
      'a service with a command can stand in the configuration alone: the hub runs nothing that came by the API',
    )
  const url = body.url === '' ? null : body.url
  const usual = clientDefaultsOf({ name, url })
  const clientId = body.oauth_client_id || usual.clientId
  if (!/^service-[A-Za-z0-9_.~-]+$/.test(clientId))
    throw new HubError('invalid', 'oauth_client_id begins with service-')
  const redirectUri = body.oauth_redirect_uri || usual.redirectUri
  if (redirectUri !== null && !isWayBack(redirectUri))
    throw new HubError(
      'invalid',
      'oauth_redirect_uri is neither a path such as /services/NAME/oauth_callback nor a web address',
    )
  return {
    name,
    url,
    command: [],
    environment: {},
    cwd: '',
    display: body.display,
    info: body.info,
    admin: body.admin,
    clientId,
    redirectUri,
    noConfirm: body.oauth_no_confirm,
    allowedScopes: body.oauth_client_allowed_scopes,
    from: 'api',
  }
}

function isWayBack(uri: string): boolean {
  if (/^\/(?!\/)[^\s\\]*$/.test(uri)) return true
  const url = /[\s\\]/.test(uri) ? null : URL.parse(uri)
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:')
}

/**
 * Nobody makes a service that may do more than he may himself: by its roles, which are those that the configuration gives to its
 * name, as an admin, or for the people who sign in there. That people are let through unasked is for full admins to say.
 * @throws HubError `forbidden`, `invalid` for a scope that does not exist
 */
async function requireRights(
  rights: RightsService,
  caller: Caller,
  { name, admin, allowedScopes, noConfirm }: Service,
): Promise<void> {
  const { access } = rights
  const unknown = allowedScopes.find((scope) => !access.isKnown(scope))
  if (unknown !== undefined)
    throw new HubError('invalid', `there is no scope ${unknown.slice(0, 80)}`)
  const adminScopes = access.expand(access.roles.get('admin')?.scopes ?? [], NO_OWNER)
  if (await covers(rights, caller, adminScopes)) return
  const standIns = allowedScopes.filter((scope) => ['inherit', 'all', 'self'].includes(scope))
  if (noConfirm || standIns.length > 0)
    throw new HubError(
      'forbidden',
      'only an admin lets a service act for people unasked, or with all that they may',
    )
  const needed = [
    ...access.scopesOf({ kind: 'service', name, admin }),
    ...access.expand(allowedScopes, NO_OWNER),
  ]
  if (!(await covers(rights, caller, needed)))
    throw new HubError('forbidden', 'the service could do more than you may')
}

async function covers(
  rights: RightsService,
  { scopes }: Caller,
  needed: readonly string[],
): Promise<boolean> {
  const held = new Set(await rights.intersect(needed, scopes))
  return needed.every((scope) => held.has(scope))
}
