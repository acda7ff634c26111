import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { nothing } from './params.ts'

const Level = z.enum(['info', 'warning', 'critical'])
const Where = z
  .enum(['login', 'home', 'all'])
  .describe(
    '`login`: to whoever comes to sign in; `home`: to people who are signed in; `all`: to both',
  )

export const AnnouncementBody = z.object({
  text: z.string().describe('plain text; lines stay'),
  level: Level,
  where: Where,
  until: z.iso.datetime().nullable().describe('null: until it is cleared'),
  set_at: z.iso.datetime(),
  set_by: z.string(),
})
export type AnnouncementBody = z.infer<typeof AnnouncementBody>

/** What a page shows of it. */
export const ShownAnnouncement = z.object({ text: z.string(), level: Level })

export const getAnnouncement = endpoint({
  method: 'GET',
  path: '/announcement',
  summary: 'What the operator tells everybody at the moment, null for nothing (ours)',
  scopes: [],
  params: z.object({}),
  body: nothing,
  output: AnnouncementBody.nullable(),
  status: 200,
})

export const setAnnouncement = endpoint({
  method: 'PUT',
  path: '/announcement',
  summary: 'Tell everybody something; it takes the place of what was told before (ours)',
  scopes: ['operator', 'admin:users'],
  audit: 'announcement.change',
  params: z.object({}),
  body: z.strictObject({
    text: z.string().max(4000),
    level: Level.default('info'),
    where: Where.default('all'),
    until: z.iso.datetime({ offset: true }).nullable().default(null),
  }),
  output: AnnouncementBody,
  status: 200,
})

export const clearAnnouncement = endpoint({
  method: 'DELETE',
  path: '/announcement',
  summary: 'Tell nothing any more (ours)',
  scopes: ['operator', 'admin:users'],
  audit: 'announcement.change',
  params: z.object({}),
  body: nothing,
  output: z.void(),
  status: 204,
})
