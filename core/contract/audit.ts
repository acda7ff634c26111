import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { PAGE_PARAMS, pageOrItems } from './paging.ts'
import { nothing } from './params.ts'

/** One entry of the audit log. */
const AuditBody = z.object({
  id: z.int().nullable().describe('null: a refusal whose like are still being counted'),
  at: z.iso.datetime().describe('of several equal refusals, the first'),
  actor: z.object({
    kind: z.enum(['user', 'service', 'operator', 'hub', 'nobody']),
    name: z.string(),
  }),
  credential: z
    .string()
    .describe('by what the actor was known: `session`, `token a7`, `password`, `operator`'),
  action: z.string(),
  target: z.object({
    kind: z.enum(['user', 'server', 'group', 'service', 'hub']),
    name: z.string(),
  }),
  address: z.string().describe("the client's; empty where there is none"),
  outcome: z.enum(['done', 'refused', 'failed']),
  detail: z.string(),
  count: z.int().describe('how many equal refusals it stands for'),
  hash: z.string().nullable().describe('over this entry and the one before'),
})
export type AuditBody = z.infer<typeof AuditBody>

const FILTERS = {
  who: z.string().max(1024).optional().describe('the name of who acted'),
  target: z
    .string()
    .max(1024)
    .optional()
    .describe("what was acted on; a person's name finds his servers as well"),
  action: z.string().max(64).optional().describe('such as `user.add`'),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional().describe('not included'),
} as const

export const listAudit = endpoint({
  method: 'GET',
  path: '/audit',
  summary:
    "The audit log, newest first. Whoever may administer all people (`admin:users`) sees it whole; everybody else his own part: what he did and what was done to him, who entered his servers included, but not others' addresses (ours)",
  scopes: ['admin:users', 'read:users:activity'],
  lists: true,
  params: z.object({ ...PAGE_PARAMS, ...FILTERS }),
  body: nothing,
  output: pageOrItems(z.array(AuditBody)),
  status: 200,
})

export const exportAudit = endpoint({
  method: 'GET',
  path: '/audit/export',
  summary: 'The audit log, oldest first, a line of JSON an entry (ours)',
  scopes: ['admin:users'],
  audit: 'audit.export',
  params: z.object(FILTERS),
  body: nothing,
  output: z.unknown(),
  status: 200,
  media: 'application/x-ndjson',
})

export const verifyAudit = endpoint({
  method: 'GET',
  path: '/audit/verify',
  summary:
    'Look at every entry of the audit log: whether one was changed or is missing (ours, operator only)',
  scopes: ['operator'],
  params: z.object({
    id: z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .optional()
      .describe('of an entry that was written down elsewhere'),
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .describe('its hash'),
  }),
  body: nothing,
  output: z.object({
    rows: z.int(),
    last: z.object({ id: z.int(), hash: z.string() }),
    broken: z.object({ id: z.int(), reason: z.string() }).nullable(),
  }),
  status: 200,
})
