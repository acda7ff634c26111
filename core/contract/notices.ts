import * as z from 'zod'

import { ShownAnnouncement } from './announcement.ts'
import { endpoint } from './endpoint.ts'
import { nothing, UserParams } from './params.ts'

const server = z.string().describe("the server's name, '' for the default one")
const reason = z.enum(['idle', 'age'])

/** One data line of the stream. */
export const NoticeBody = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('ending').describe('the server is about to be stopped'),
      server,
      ends_at: z.iso.datetime(),
      reason: reason.describe('`idle`: unless something is done in it; `age`: whatever is done'),
    }),
    z.object({ type: z.literal('kept').describe('it is not, after all'), server }),
    z.object({ type: z.literal('stopped').describe('it was stopped for that'), server, reason }),
    z.object({
      type: z.literal('announcement').describe('what the operator tells everybody now'),
      announcement: ShownAnnouncement.extend({ until: z.iso.datetime().nullable() }).nullable(),
    }),
  ])
  .meta({ id: 'Notice' })
export type NoticeBody = z.infer<typeof NoticeBody>

export const followNotices = endpoint({
  method: 'GET',
  path: '/users/:user/notices',
  summary:
    "What a person is to know while he works: that servers of his are about to be stopped, and announcements. First how things are, then what happens, for an hour at most and no longer than the asker's credential holds (ours)",
  scopes: ['read:servers', 'access:servers'],
  params: UserParams.extend({
    server: z.string().optional().describe('of this server alone'),
  }),
  body: nothing,
  output: z.string().describe('server-sent events; the data of each is a Notice'),
  status: 200,
  media: 'text/event-stream',
})
