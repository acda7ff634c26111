import type { ServiceBody } from '#core/contract/services.ts'
import type { RoleBook } from '#core/domain/access/roles.ts'
import type { Sight } from '#core/domain/access/sight.ts'
import type { ServiceCondition } from '#core/domain/services/service-life.ts'
import { type Service, servicePrefixOf } from '#core/domain/services/service.ts'

/** JupyterHub's model of a service, and `health` of ours: what the asker may not see is absent. */
export function serviceBody(
  service: Service,
  sight: Sight,
  { roles, condition }: { readonly roles: RoleBook; readonly condition: ServiceCondition },
): ServiceBody {
  const { name, admin } = service
  const may = (scope: string) => sight(scope, { service: name })
  const all = may('read:services')
  return {
    kind: 'service',
    name,
    ...((all || may('read:services:name') || may('read:roles:services')) && { admin }),
    ...(may('read:roles:services') && {
      roles: [...roles.namesOf({ kind: 'service', name, admin })],
    }),
    ...(all && {
      url: service.url ?? '',
      prefix: service.url === null ? '' : servicePrefixOf(service),
      command: [...service.command],
      pid: condition.pid ?? 0,
      info: { ...service.info },
      display: service.display,
      health: {
        is: condition.is,
        since: condition.since?.toISOString() ?? null,
        detail: condition.detail,
      },
    }),
  }
}
