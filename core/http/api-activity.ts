import type { FastifyInstance } from 'fastify'

import { reportActivity } from '#core/contract/activity.ts'
import { HubError } from '#core/domain/errors.ts'

import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, mount } from './mount.ts'

/** A report may come from a clock that is a little ahead (JupyterHub allows 59 minutes). */
const AHEAD_MS = 59 * 60_000

export function mountActivity(
  app: FastifyInstance,
  gate: Gate,
  { users, servers, clock }: HubHttpDeps,
): void {
  mount(app, gate, reportActivity, async ({ params, body }) => {
    const user = await users.get(params.user)
    const reports = Object.entries(body.servers ?? {})
    if (!body.last_activity && reports.length === 0)
      throw new HubError('invalid', 'the report says nothing: last_activity or servers is needed')
    const latest = new Date(clock.now().getTime() + AHEAD_MS)
    const times = [
      ...(body.last_activity ? [body.last_activity] : []),
      ...reports.map(([, report]) => report.last_activity),
    ]
    if (times.some((at) => at > latest))
      throw new HubError('invalid', 'the report is of the future: compare the clocks')
    for (const [name] of reports) {
      if (!(await servers.get({ user: user.name, name })))
        throw new HubError('invalid', `there is no server named '${name}'`)
    }
    if (body.last_activity) await users.touch(user, body.last_activity)
    for (const [name, report] of reports)
      await servers.touch({ user: user.name, name }, report.last_activity)
  })
}
