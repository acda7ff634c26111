import { type Command, InvalidArgumentError } from 'commander'

import { type CrowdLimits, DEFAULT_CROWD } from '#core/forwarding/gatekeeper.ts'
import { DEFAULT_LIMITS, type Limits } from '#core/forwarding/limits.ts'

/** What was typed of limits. */
export interface LimitFlags {
  readonly maxConnections?: number
  readonly maxConnectionsPerAddress?: number
  readonly maxConnectionsPerRoute?: number
  readonly maxFailedSignIns?: number
  readonly headTimeout?: number
  readonly drainTimeout?: number
  readonly timeout?: number
  readonly proxyTimeout?: number
  readonly keepAliveTimeout?: number
}

/** How long requests may go on after the proxy was told to end. */
const DRAIN_MS = 4000

export function addLimits(program: Command): void {
  const { connections, connectionsPerAddress, connectionsPerRoute, failedSignIns } = DEFAULT_CROWD
  program
    .optionsGroup('Limits (0: none):')
    .option('--max-connections <n>', `clients at once (default: ${connections})`, whole)
    .option(
      '--max-connections-per-address <n>',
      `of one address, or of one /64 of IPv6; requests, where --trusted-proxy tells whose they are (default: ${connectionsPerAddress})`,
      whole,
    )
    .option(
      '--max-connections-per-route <n>',
      `requests and websockets on one route, but the default target's (default: ${connectionsPerRoute})`,
      whole,
    )
    .option(
      '--max-failed-sign-ins <n>',
      `of one address in a quarter of an hour, where the default target tells of them: then 429 (default: ${failedSignIns})`,
      whole,
    )
    .option(
      '--head-timeout <ms>',
      `for a request's headers, and for shaking hands (default: ${DEFAULT_LIMITS.headMs})`,
      whole,
    )
    .option(
      '--drain-timeout <ms>',
      `for requests that are under way when the proxy is told to end (default: ${DRAIN_MS})`,
      whole,
    )
}

/** configurable-http-proxy's times, in the engine's terms; 0 is none of its own. */
export function limitsOf({
  headTimeout,
  timeout,
  proxyTimeout,
  keepAliveTimeout,
}: LimitFlags): Limits {
  const { headMs, bodyStallMs, writeStallMs, connectMs, silenceMs, idleMs } = DEFAULT_LIMITS
  const all = timeout || Infinity
  const behind = Math.min(all, proxyTimeout || Infinity)
  return {
    ...DEFAULT_LIMITS,
    headMs: headTimeout ?? headMs,
    idleMs: keepAliveTimeout || idleMs,
    bodyStallMs: Math.min(all, bodyStallMs),
    writeStallMs: Math.min(all, writeStallMs),
    connectMs: Math.min(behind, connectMs),
    silenceMs: Math.min(all, proxyTimeout || silenceMs),
  }
}

export function crowdOf(typed: LimitFlags): CrowdLimits {
  return {
    connections: typed.maxConnections ?? DEFAULT_CROWD.connections,
    connectionsPerAddress: typed.maxConnectionsPerAddress ?? DEFAULT_CROWD.connectionsPerAddress,
    connectionsPerRoute: typed.maxConnectionsPerRoute ?? DEFAULT_CROWD.connectionsPerRoute,
    failedSignIns: typed.maxFailedSignIns ?? DEFAULT_CROWD.failedSignIns,
  }
}

export function drainMsOf({ drainTimeout = DRAIN_MS }: LimitFlags): number {
  return drainTimeout
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A whole number is meant.')
  return Number(text)
}
