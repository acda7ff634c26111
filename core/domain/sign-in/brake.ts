import type { Clock } from '#core/base/clock.ts'
import { hashSecret } from '#core/base/random.ts'

import { HubError } from '../errors.ts'
import type { FailureStore } from './failure-store.ts'

/** One try to sign in, as far as the brake cares. */
export interface Attempt {
  /** Normalised; whatever was typed when it is no name. */
  readonly name: string
  /** Whether such a person exists: his counters are never dropped to make room. */
  readonly known: boolean
  readonly addressPrefix: string
  /** The nonce of a browser that this person signed in with before. */
  readonly browser: string | undefined
}

const WINDOW_MS = 15 * 60_000
const MOST_UNKNOWN = 50_000

/** Failures that pass without a wait, and the longest wait. Each further failure doubles it. */
interface Rule {
  readonly free: number
  readonly longestS: number
}

/**
 * A name at one address: what guesses a password · all names at one address: what tries one password on everybody; a class
 * behind one address has typos too, so this one is generous · a browser that is known for the name has a count of its own,
 * and the others do not hold it up.
 */
const AT_ADDRESS: Rule = { free: 5, longestS: 900 }
const WHOLE_ADDRESS: Rule = { free: 100, longestS: 300 }
const KNOWN_BROWSER: Rule = { free: 10, longestS: 900 }
/** A name over all addresses only slows, and never locks the owner out. */
const SLOW_AFTER = 20
const SLOW_MS = 2000

/** Slows down guessing. Only failures count; equal for names that exist and names that do not. */
export class Brake {
  readonly #failures: FailureStore
  readonly #clock: Clock

  constructor({ failures, clock }: { readonly failures: FailureStore; readonly clock: Clock }) {
    this.#failures = failures
    this.#clock = clock
  }

  /**
   * Lets a try through, or refuses it. Under its name it is counted as a failure *before* the password is looked at, so that
   * many at once cannot all slip under the limit; `succeeded` takes that back.
   * @throws HubError `too_many`, with the seconds to wait
   */
  async enter(attempt: Attempt, signal: AbortSignal): Promise<void> {
    const at = this.#at()
    const keys = keysOf(attempt)
    const counts = await this.#failures.read(Object.values(keys), at.since)
    const rules: readonly [readonly [string, Rule], ...(readonly [string, Rule])[]] =
      attempt.browser === undefined
        ? [
            [keys.own, AT_ADDRESS],
            [keys.address, WHOLE_ADDRESS],
          ]
        : [[keys.own, KNOWN_BROWSER]]
    for (const [key, rule] of rules) refuseIfEarly(waitS(counts.get(key), rule, at.now))
    const after = await this.#failures.add([{ key: keys.own, known: attempt.known }], at)
    const [, { free }] = rules[0]
    const [before, mine] = [counts.get(keys.own)?.failures ?? 0, after.get(keys.own)?.failures ?? 0]
    // Others came in between: who of them is within the limit, their numbers say.
    if (mine > before + 1 && mine > free) refuseIfEarly(lengthS(mine - free - 1, rules[0][1]))
    const slow =
      attempt.browser === undefined && (counts.get(keys.name)?.failures ?? 0) >= SLOW_AFTER
    if (slow) await this.#clock.sleep(SLOW_MS, signal)
  }

  /** Counts the failure for the address and for the name as a whole; only now, for most tries of a full room are right. */
  async failed(attempt: Attempt): Promise<void> {
    const { name, address } = keysOf(attempt)
    const whole = attempt.browser === undefined ? [{ key: address, known: false }] : []
    await this.#failures.add([{ key: name, known: attempt.known }, ...whole], this.#at())
  }

  /** Forgets the failures of this person here: he has shown who he is. */
  async succeeded(attempt: Attempt): Promise<void> {
    await this.#failures.clear([keysOf(attempt).own])
  }

  #at(): { readonly now: Date; readonly since: Date; readonly mostUnknown: number } {
    const now = this.#clock.now()
    return { now, since: new Date(now.getTime() - WINDOW_MS), mostUnknown: MOST_UNKNOWN }
  }
}

function keysOf({ name, addressPrefix, browser }: Attempt): {
  readonly own: string
  readonly name: string
  readonly address: string
} {
  const who = hashSecret(name).slice(0, 32)
  return {
    own: browser === undefined ? `name-at ${who} ${addressPrefix}` : `browser ${who} ${browser}`,
    name: `name ${who}`,
    address: `address ${addressPrefix}`,
  }
}

function waitS(
  count: { readonly failures: number; readonly lastAt: Date } | undefined,
  rule: Rule,
  now: Date,
): number {
  const over = (count?.failures ?? 0) - rule.free
  if (!count || over < 0) return 0
  const until = count.lastAt.getTime() + lengthS(over, rule) * 1000
  return Math.max(0, Math.ceil((until - now.getTime()) / 1000))
}

/** Seconds to wait after the last try, with so many failures above the free ones. */
function lengthS(over: number, { longestS }: Rule): number {
  return Math.min(longestS, 2 ** Math.min(over + 1, 20))
}

function refuseIfEarly(wait: number): void {
  if (wait <= 0) return
  throw new HubError('too_many', `Too many tries. The next one is possible in ${inWords(wait)}.`, {
    retryAfter: wait,
  })
}

function inWords(seconds: number): string {
  if (seconds < 60) return seconds === 1 ? '1 second' : `${seconds} seconds`
  const minutes = Math.ceil(seconds / 60)
  return minutes === 1 ? '1 minute' : `${minutes} minutes`
}
