import type { Clock } from '#core/base/clock.ts'

import { HubError } from '../errors.ts'
import type { RouteTable } from '../servers/route-table.ts'
import type { ServerService } from '../servers/server-service.ts'
import type { ServerStore } from '../servers/server-store.ts'
import type { Server, ServerId } from '../servers/server.ts'
import type { UserStore } from '../users/user-store.ts'
import { asksForGroups, type CullingSettings, type CullTimes, timesOf } from './culling-settings.ts'
import { type End, endOf } from './end-of-server.ts'
import type { Occupancy } from './occupancy.ts'

/** How many servers are asked at one time. */
const AT_ONCE = 8
/** Looks are a part of the shortest time apart, within these. */
const SHORTEST_LOOK_MS = 500
const LONGEST_LOOK_MS = 30_000
const LOOKS = 8

export interface CullerDeps {
  readonly servers: ServerStore
  readonly service: Pick<ServerService, 'stop'>
  readonly users: Pick<UserStore, 'groupsOf'>
  readonly routes: Pick<RouteTable, 'list'>
  readonly occupancy: Occupancy
  readonly clock: Clock
  readonly settings: () => CullingSettings
  readonly events: CullerEvents
}

export interface CullerEvents {
  warned(server: Server, end: End): void
  /** One that was warned of is not going to be stopped. */
  spared(server: Server): void
  /** `why`: a sentence. */
  culled(server: Server, end: End, why: string): void
  troubled(doing: string, error: unknown): void
}

/** What is known of one running server. */
interface Seen {
  /** When something was last done in it, as its own kernels say. */
  activeAt: Date
  end: End | null
  warned: boolean
  /** Since when it does not answer when it is asked. */
  silentSince: Date | null
}

/**
 * Stops servers that nobody uses, or that are too old. That something is done in one is told by what people send to it, and by
 * its own kernels and terminals, which are asked before it is warned of and before it is stopped. A page that merely stays open
 * does nothing: it only asks how things are.
 */
export class Culler {
  readonly #deps: CullerDeps
  /** By `publicId`. */
  #seen = new Map<string, Seen>()

  constructor(deps: CullerDeps) {
    this.#deps = deps
  }

  /** How long to wait until the next look, in milliseconds. */
  get lookMs(): number {
    const { groups, users, ...all } = this.#deps.settings()
    const times = [all, ...Object.values(groups), ...Object.values(users)].flatMap(
      ({ idleAfterMs = 0, maxAgeMs = 0, warnBeforeMs = 0 }) => [
        idleAfterMs,
        maxAgeMs,
        warnBeforeMs,
      ],
    )
    const shortest = Math.min(...times.filter((ms) => ms > 0))
    return Math.min(LONGEST_LOOK_MS, Math.max(SHORTEST_LOOK_MS, shortest / LOOKS))
  }

  /** When the server is going to be stopped, as this hub saw it last; null: not at all, or not known yet. */
  endOf(server: Server): { readonly end: End | null; readonly warned: boolean } {
    const { end = null, warned = false } = this.#seen.get(server.publicId) ?? {}
    return server.state === 'ready' && !server.exempt
      ? { end, warned }
      : { end: null, warned: false }
  }

  /**
   * Its owner says that he still uses it.
   * @throws HubError `conflict` when it does not run, or is stopped for its age
   */
  async keep(id: ServerId): Promise<void> {
    const { servers, clock } = this.#deps
    const now = clock.now()
    const server = await servers.find(id)
    if (server?.state !== 'ready') throw new HubError('conflict', 'the server does not run')
    if (this.#seen.get(server.publicId)?.end?.reason === 'age')
      throw new HubError(
        'conflict',
        'the server is stopped because of its age, used or not; only an operator can exempt it',
      )
    await servers.move(id, { states: ['ready'], publicId: server.publicId }, { keptAt: now })
    // For those, too, who look at activity from outside.
    await servers.touch(id, now)
    const seen = this.#seen.get(server.publicId)
    if (!seen) return
    seen.activeAt = now
    this.#spare(server, seen)
  }

  /** Whether the server is left alone. @throws HubError `not_found` */
  async exempt(id: ServerId, exempt: boolean): Promise<void> {
    const { servers, clock } = this.#deps
    if (exempt) await servers.ensure(id, clock.now())
    const states = ['stopped', 'spawning', 'ready', 'stopping', 'failed'] as const
    if (!(await servers.move(id, { states }, { exempt })))
      throw new HubError('not_found', 'there is no such server')
  }

  /** Looks at every running server once. */
  async look(): Promise<void> {
    const settings = this.#deps.settings()
    const running = (await this.#deps.servers.listActive()).filter(({ state }) => state === 'ready')
    const groups = asksForGroups(settings)
      ? await this.#deps.users.groupsOf([...new Set(running.map(({ id }) => id.user))])
      : new Map<string, readonly string[]>()
    const used = new Map(
      (await this.#deps.routes.list()).map(({ user, serverName, lastUse }) => [
        keyOf({ user, name: serverName }),
        lastUse,
      ]),
    )
    const known = new Set(running.map(({ publicId }) => publicId))
    this.#seen = new Map([...this.#seen].filter(([publicId]) => known.has(publicId)))
    const left = running.values()
    const work = async () => {
      for (const server of left) {
        const times = timesOf(settings, server.id.user, groups.get(server.id.user) ?? [])
        if (!times || server.exempt) this.#leaveAlone(server)
        else await this.#lookAt(server, times, used.get(keyOf(server.id)))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  }

  async #lookAt(server: Server, times: CullTimes, lastUse: Date | undefined): Promise<void> {
    const { clock, events } = this.#deps
    const now = clock.now()
    const seen = this.#seen.get(server.publicId) ?? {
      activeAt: server.stateSince,
      end: null,
      warned: false,
      silentSince: null,
    }
    this.#seen.set(server.publicId, seen)
    // A proxy that does not tell use from looking on leaves what the server itself reports.
    const use = lastUse ?? server.lastActivity
    seen.activeAt = latest([seen.activeAt, server.keptAt, use])
    const startedAt = server.startedAt ?? server.stateSince
    seen.end = endOf(times, { startedAt, activeAt: seen.activeAt })
    if (seen.end?.reason === 'idle' && now >= seen.end.warnFrom) {
      await this.#ask(server, seen)
      seen.end = endOf(times, { startedAt, activeAt: seen.activeAt })
    }
    const { end } = seen
    if (!end || now < end.warnFrom) {
      this.#spare(server, seen)
      return
    }
    // One that says nothing is given as long again: it may only be slow.
    const silentMs = seen.silentSince ? now.getTime() - seen.silentSince.getTime() : Infinity
    const wait = end.reason === 'idle' && silentMs < times.idleAfterMs
    if (now >= end.at && !wait) return this.#stop(server, end, times)
    if (!seen.warned) events.warned(server, end)
    seen.warned = true
  }

  #leaveAlone(server: Server): void {
    const seen = this.#seen.get(server.publicId)
    if (seen) this.#spare(server, seen)
    this.#seen.delete(server.publicId)
  }

  #spare(server: Server, seen: Seen): void {
    if (seen.warned) this.#deps.events.spared(server)
    seen.warned = false
  }

  /** Moves `activeAt` on by what the server says. */
  async #ask(server: Server, seen: Seen): Promise<void> {
    const { occupancy, servers, clock, events } = this.#deps
    try {
      const { busy, lastActivity } = await occupancy.ask(server)
      seen.silentSince = null
      seen.activeAt = busy === null ? latest([seen.activeAt, lastActivity]) : clock.now()
      // For those, too, who look at activity from outside.
      if (busy !== null) await servers.touch(server.id, clock.now())
    } catch (error) {
      if (seen.silentSince === null)
        events.troubled(`asking the server of ${server.id.user} what goes on in it`, error)
      seen.silentSince ??= clock.now()
    }
  }

  async #stop(server: Server, end: End, times: CullTimes): Promise<void> {
    const { service, events } = this.#deps
    const why =
      end.reason === 'age'
        ? `it ran for ${times.maxAgeMs / 1000} s`
        : `nothing was done in it for ${times.idleAfterMs / 1000} s`
    try {
      await service.stop(server.id)
      events.culled(server, end, why)
    } catch (error) {
      events.troubled(`stopping the idle server of ${server.id.user}`, error)
    }
  }
}

function latest(times: readonly (Date | null | undefined)[]): Date {
  return new Date(Math.max(...times.map((time) => time?.getTime() ?? 0)))
}

const keyOf = ({ user, name }: ServerId) => `${user}/${name}`
