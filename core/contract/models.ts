import * as z from 'zod'

/** ISO 8601, UTC, with a `Z`. */
const Time = z.iso.datetime()

/** A server as the API and the pages show it: JupyterHub's server model, and `failure` and `since` of ours. */
export const ServerBody = z
  .object({
    name: z.string().describe("'' for the default server"),
    full_name: z.string(),
    display_name: z.string(),
    ready: z.boolean(),
    stopped: z.boolean(),
    pending: z.enum(['spawn', 'stop', 'check', 'rename']).nullable(),
    url: z.string().describe('path under which it is reached, e.g. /user/ada/'),
    progress_url: z.string(),
    full_url: z.string().nullable(),
    full_progress_url: z.string().nullable(),
    started: Time.nullable(),
    last_activity: Time.nullable(),
    user_options: z.record(z.string(), z.unknown()),
    state: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('what the spawner knows it by; with admin:server_state'),
    since: Time.describe('when it came into the state that it is in'),
    has_run: z.boolean().describe('whether it was ever started'),
    failure: z
      .object({ reason: z.string(), log: z.array(z.string()) })
      .nullable()
      .describe('why the last run ended, when it was not stopped on purpose'),
  })
  .meta({ id: 'Server' })
export type ServerBody = z.infer<typeof ServerBody>

/** A person as the API shows him: JupyterHub's user model; what the asker may not read is absent. */
export const UserBody = z
  .object({
    kind: z.literal('user'),
    name: z.string(),
    user_info: z.record(z.string(), z.unknown()).optional(),
    admin: z.boolean().optional(),
    roles: z.array(z.string()).optional(),
    groups: z.array(z.string()).optional(),
    server: z.string().nullable().optional(),
    pending: z.enum(['spawn', 'stop', 'check', 'rename']).nullable().optional(),
    created: Time.optional(),
    last_activity: Time.nullable().optional(),
    servers: z.record(z.string(), ServerBody).optional(),
    auth_state: z.null().optional().describe('nothing of a sign-in is kept'),
    locked: z.boolean().optional().describe('ours'),
  })
  .meta({ id: 'User' })
export type UserBody = z.infer<typeof UserBody>

/** Every error of the API. `id` finds the log's entry for an unforeseen one. */
export const ErrorBody = z
  .object({
    status: z.int(),
    message: z.string(),
    id: z.string().optional(),
  })
  .meta({ id: 'Error' })
export type ErrorBody = z.infer<typeof ErrorBody>

/** One data line of the progress stream. */
export const ProgressBody = z
  .object({
    progress: z.number(),
    message: z.string(),
    html_message: z.string().optional(),
    ready: z.boolean().optional(),
    failed: z.boolean().optional(),
    url: z.string().optional(),
    log: z.array(z.string()).optional().describe("last lines of the server's log; ours"),
  })
  .meta({ id: 'Progress' })
export type ProgressBody = z.infer<typeof ProgressBody>
