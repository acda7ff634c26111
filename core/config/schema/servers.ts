import * as z from 'zod'

import { Duration, DurationOrNone } from '../duration.ts'
import { byName, GroupName, UserName } from './names.ts'

export const NamedServers = z.strictObject({
  allow: z
    .boolean()
    .default(true)
    .describe('Whether people may have further servers beside their first'),
  per_user: z
    .int()
    .min(0)
    .default(5)
    .describe('Most named servers of one person, the first one not counted. 0: no limit'),
})

/** What is said of some people alone; what is absent is as for everyone. */
const CullingOverride = z.strictObject({
  idle_after: DurationOrNone.optional().describe('Instead of `culling.idle_after`'),
  max_age: DurationOrNone.optional().describe('Instead of `culling.max_age`'),
  warn_before: DurationOrNone.optional().describe('Instead of `culling.warn_before`'),
})

export const Culling = z.strictObject({
  idle_after: DurationOrNone.prefault('1h').describe(
    'A server in which nothing has been done for this long is stopped. 0: never for being idle',
  ),
  max_age: DurationOrNone.prefault(0).describe(
    'A server that has run for this long is stopped, whatever is done in it. 0: at any age',
  ),
  warn_before: DurationOrNone.prefault('10m').describe(
    'How long before it is stopped its owner is warned, and can keep it running',
  ),
  exempt: z
    .strictObject({
      users: z
        .array(UserName)
        .default([])
        .describe('People whose servers are never stopped for it'),
      groups: z
        .array(GroupName)
        .default([])
        .describe('Groups whose members’ servers are never stopped for it'),
    })
    .prefault({}),
  groups: byName(GroupName, CullingOverride)
    .default({})
    .describe(
      'Other times for the members of a group; in several groups, the longest holds (0 is longest)',
    ),
  users: byName(UserName, CullingOverride)
    .default({})
    .describe('Other times for one person; they go before those of groups'),
})

export const Activity = z.strictObject({
  interval: Duration.prefault('5m').describe(
    'How often servers report what was done in them, and the proxy is asked who was there',
  ),
  resolution: Duration.prefault('30s').describe(
    'A use of a token or a session that comes after the last one by no more than this is not written down',
  ),
})
