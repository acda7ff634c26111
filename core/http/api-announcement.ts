import type { FastifyInstance } from 'fastify'

import {
  type AnnouncementBody,
  clearAnnouncement,
  getAnnouncement,
  setAnnouncement,
} from '#core/contract/announcement.ts'
import type { AnnouncementService } from '#core/domain/announcements/announcement-service.ts'
import type { Announcement } from '#core/domain/announcements/announcement.ts'
import { HubError } from '#core/domain/errors.ts'

import { type Caller, personOf } from './caller.ts'
import { type Gate, mount } from './mount.ts'

/** What everybody is told: read by whoever has any credential, changed by admins. */
export function mountAnnouncement(
  app: FastifyInstance,
  gate: Gate,
  { announcements }: { readonly announcements: AnnouncementService },
): void {
  app.get(getAnnouncement.path, async (request, reply) => {
    if (!(await gate.authenticate(request)))
      throw new HubError('not_signed_in', 'Missing or invalid credentials.')
    const found = announcements.current()
    return reply.type('application/json').send(JSON.stringify(found ? bodyOf(found) : null))
  })

  mount(app, gate, setAnnouncement, async ({ caller, body }) =>
    bodyOf(
      await announcements.set({
        ...body,
        until: body.until === null ? null : new Date(body.until),
        setBy: nameOf(caller),
      }),
    ),
  )

  mount(app, gate, clearAnnouncement, () => announcements.clear())
}

function nameOf(caller: Caller): string {
  if (caller.by === 'service') return `service ${caller.service}`
  return personOf(caller)?.name ?? 'operator'
}

function bodyOf({ text, level, where, until, setAt, setBy }: Announcement): AnnouncementBody {
  return {
    text,
    level,
    where,
    until: until?.toISOString() ?? null,
    set_at: setAt.toISOString(),
    set_by: setBy,
  }
}
