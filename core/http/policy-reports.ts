import type { FastifyInstance } from 'fastify'

import type { Clock } from '#core/base/clock.ts'
import { plainText } from '#core/base/plain-text.ts'
import { HubError } from '#core/domain/errors.ts'

import type { PageTools } from './page-tools.ts'

const MOST_BYTES = 8192
/** So many are told in a minute, whoever sends them; all are counted. */
const MOST_TOLD = 10
const MINUTE_MS = 60_000

export interface PolicyReports {
  readonly clock: Clock
  readonly log: { reported(report: string, count: number): void }
}

/** `/hub/security/csp-report`: browsers of people who are signed in tell what a page's content policy kept away. */
export function mountPolicyReports(
  site: FastifyInstance,
  { clock, log }: PolicyReports,
  { caller }: PageTools,
): void {
  let [count, minute, told] = [0, 0, 0]
  site.removeAllContentTypeParsers()
  site.addContentTypeParser(
    '*',
    { parseAs: 'string', bodyLimit: MOST_BYTES },
    (_request, body, done) => done(null, body),
  )
  site.post('/hub/security/csp-report', async (request, reply) => {
    if (!(await caller(request)))
      throw new HubError('not_signed_in', 'Missing or invalid credentials.')
    count++
    const now = Math.floor(clock.now().getTime() / MINUTE_MS)
    if (now !== minute) [minute, told] = [now, 0]
    if (told++ < MOST_TOLD) log.reported(plainText(String(request.body)).slice(0, 1000), count)
    return reply.code(200).type('text/plain').send('')
  })
}
