import pino from 'pino'

import { plainText } from '#core/base/plain-text.ts'
import type { CullerEvents } from '#core/domain/activity/culler.ts'
import type { ServerEvents } from '#core/domain/servers/server-life.ts'
import type { ServiceEvents } from '#core/domain/services/service-life.ts'
import type { HttpLog } from '#core/http/hub-http.ts'

/** Where the hub says what happens. */
export interface HubLog {
  readonly http: HttpLog
  readonly servers: ServerEvents
  readonly services: ServiceEvents
  readonly culler: CullerEvents
  readonly say: (message: string) => void
}

/** Files, signs of life, and what notebook servers ask and report without end. */
const OFTEN = /^\/hub\/(?:static\/|health$|api\/health$|api\/user$|api\/users\/[^/]+\/activity$)/

/** One JSON line for everything worth knowing. Names and paths come from outside, so they are made plain first. */
export function openLog(): HubLog {
  const log = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime },
    // What comes while a write is under way goes with the next one; the rest is written when the process ends.
    pino.destination({ fd: 2, sync: false }),
  )
  const nameOf = ({ id }: { readonly id: { readonly user: string; readonly name: string } }) =>
    plainText(`${id.user}/${id.name}`)
  return {
    say: (message) => log.info(message),
    http: {
      answered: ({ method, target, status, who, ms }) => {
        // What is asked for all the time and went well is not worth a line.
        if (status < 400 && OFTEN.test(target)) return
        log.info({ method, target: plainText(target), status, who, ms }, 'answered')
      },
      reported: (report, count) =>
        log.warn({ report: plainText(report), count }, 'a page was kept from something'),
      unforeseen: (id, error) => log.error({ id, error: describe(error) }, 'unforeseen'),
    },
    servers: {
      started: (server, ms) => log.info({ server: nameOf(server), ms }, 'server ready'),
      failed: (server, reason) =>
        log.warn({ server: nameOf(server), reason: plainText(reason) }, 'server failed'),
      stopped: (server) => log.info({ server: nameOf(server) }, 'server stopped'),
      orphanStopped: (publicId) => log.warn({ publicId }, 'ended a process that no server knows'),
      troubled: (doing, error) =>
        log.error({ doing: plainText(doing), error: describe(error) }, 'trouble'),
    },
    culler: {
      warned: (server, { at, reason }) =>
        log.info({ server: nameOf(server), at, reason }, 'server will be stopped'),
      spared: (server) => log.info({ server: nameOf(server) }, 'server goes on'),
      culled: (server, _end, why) => log.info({ server: nameOf(server), why }, 'server culled'),
      troubled: (doing, error) =>
        log.warn({ doing: plainText(doing), error: describe(error) }, 'trouble'),
    },
    services: {
      started: (service, pid) => log.info({ service, pid }, 'service started'),
      ended: (service, how, waitMs) =>
        log.warn({ service, how: plainText(how), waitMs }, 'service ended; it is started again'),
      up: (service) => log.info({ service }, 'service answers'),
      down: (service, why) => log.warn({ service, why: plainText(why) }, 'service does not answer'),
      troubled: (doing, error) =>
        log.error({ doing: plainText(doing), error: describe(error) }, 'trouble'),
    },
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : ` (because: ${describe(error.cause)})`
  return (error.stack ?? error.message) + cause
}
