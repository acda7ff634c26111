import type { FastifyInstance, FastifyRequest } from 'fastify'

import { followNotices, type NoticeBody } from '#core/contract/notices.ts'
import type { Notice } from '#core/domain/activity/notice-board.ts'
import type { Announcement } from '#core/domain/announcements/announcement.ts'

import { sendEvents } from './event-stream.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, missingCredentials, requireOneOf, targetOf } from './mount.ts'

/** Whoever listens longer opens the stream anew. */
const LONGEST_MS = 3_600_000

/** What people are told while they work. */
export function mountNotices(app: FastifyInstance, gate: Gate, deps: HubHttpDeps): void {
  const { users, notices, clock } = deps
  const paramsOf = (request: FastifyRequest) =>
    followNotices.params.parse(Object.assign({}, request.query, request.params))
  const admit = async (request: FastifyRequest) => {
    const caller = await gate.authenticate(request)
    if (!caller) throw missingCredentials(request)
    await requireOneOf(gate, followNotices, caller, targetOf(paramsOf(request)))
  }

  app.get(followNotices.path, async (request, reply) => {
    await admit(request)
    const params = paramsOf(request)
    const user = (await users.get(params.user)).name
    const leave = new AbortController()
    const over = clock.now().getTime() + LONGEST_MS
    const following = notices.follow(user, leave.signal)
    try {
      const first = await asTheyAre(deps, user)
      return sendEvents(reply, {
        events: shown([...first], following, params.server),
        leave,
        clock,
        holds: async () =>
          clock.now().getTime() < over &&
          (await admit(request).then(
            () => true,
            // Whoever opens it again is told why.
            () => false,
          )),
      })
    } catch (error) {
      leave.abort()
      throw error
    }
  })
}

/** How things are at the moment, in the words of what happens. */
async function asTheyAre(
  { servers, culler, announcements }: HubHttpDeps,
  user: string,
): Promise<readonly Notice[]> {
  const ending = (await servers.listOf(user)).flatMap((server): Notice[] => {
    const { end, warned } = culler.endOf(server)
    return end && warned ? [{ of: 'ending', server: server.id, end }] : []
  })
  const announcement = announcements.shownTo({ signedIn: true })
  return announcement ? [...ending, { of: 'announcement', announcement }] : ending
}

async function* shown(
  first: readonly Notice[],
  following: AsyncIterable<Notice>,
  server: string | undefined,
): AsyncGenerator<NoticeBody> {
  const isMeant = (notice: Notice) =>
    notice.of === 'announcement' || server === undefined || notice.server.name === server
  for (const notice of first) if (isMeant(notice)) yield bodyOf(notice)
  for await (const notice of following) if (isMeant(notice)) yield bodyOf(notice)
}

function bodyOf(notice: Notice): NoticeBody {
  switch (notice.of) {
    case 'ending': {
      const { at, reason } = notice.end
      return { type: 'ending', server: notice.server.name, ends_at: at.toISOString(), reason }
    }
    case 'kept':
      return { type: 'kept', server: notice.server.name }
    case 'stopped':
      return { type: 'stopped', server: notice.server.name, reason: notice.end.reason }
    case 'announcement':
      return { type: 'announcement', announcement: announcementOf(notice.announcement) }
  }
}

function announcementOf(
  announcement: Announcement | undefined,
): Extract<NoticeBody, { type: 'announcement' }>['announcement'] {
  if (!announcement) return null
  const { text, level, until } = announcement
  return { text, level, until: until?.toISOString() ?? null }
}
