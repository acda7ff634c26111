import { randomUUID } from 'node:crypto'

import type { Clock } from '#core/base/clock.ts'
import { hashSecret, randomHex } from '#core/base/random.ts'

import { HubError } from '../errors.ts'
import { normaliseUserName } from '../users/user-name.ts'
import type { UserStore } from '../users/user-store.ts'
import type { User } from '../users/user.ts'
import { addressPrefix } from '#core/base/address-prefix.ts'
import type { Authenticator } from './authenticator.ts'
import type { Attempt, Brake } from './brake.ts'
import { browserName } from './browser-name.ts'
import { makeKnownBrowser, readKnownBrowser } from './known-browser.ts'
import type { SessionStore } from './session-store.ts'
import type { Session } from './session.ts'

/** What the operator says about signing in. It can change while the hub runs. */
interface SignInSettings {
  /** `everyone`: whoever can prove a name is made a person at the first sign-in. */
  readonly allow: 'listed' | 'everyone'
  /** Names, normalised, that are admins from the day they are made. */
  readonly admins: readonly string[]
}

export interface SignInDeps {
  readonly authenticator: Authenticator
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly brake: Brake
  readonly clock: Clock
  /** Signs what known browsers keep. */
  readonly secret: string
  readonly settings: () => SignInSettings
  /** A use of a session that is later than the last one by no more than this is not written down. */
  readonly resolutionMs: () => number
  readonly sessionDays: number
}

/** From where somebody signs in. */
export interface SignInFrom {
  /** Of the client, as the proxy saw it. */
  readonly address: string
  /** What the browser says it is. */
  readonly userAgent: string
}

export interface SignInTry extends SignInFrom {
  readonly name: string
  readonly password: string
  readonly knownBrowser: string | undefined
}

/** What a browser gets that is signed in. The secret is shown once; its hash is kept. */
export interface StartedSession {
  readonly user: User
  readonly session: { readonly id: string; readonly secret: string }
  readonly knownBrowser: string
}

/** The one answer for wrong passwords, unknown names, and people who have no password yet. */
const REFUSED = 'That name and password do not fit together.'

/** Signing in with a name and a password, and the sessions that come of it. */
export class SignInService {
  readonly #deps: SignInDeps

  constructor(deps: SignInDeps) {
    this.#deps = deps
  }

  /** @throws HubError `not_signed_in`, `too_many` (with the seconds to wait), `unavailable` */
  async signIn(tried: SignInTry, signal: AbortSignal): Promise<StartedSession> {
    return this.startSession(await this.prove(tried, signal), tried)
  }

  /** Who has shown with a password who he is, without signing him in anywhere. @throws as `signIn` */
  async prove(
    { name: typed, password, address, knownBrowser }: Omit<SignInTry, 'userAgent'>,
    signal: AbortSignal,
  ): Promise<User> {
    const { authenticator, users, brake, clock, secret } = this.#deps
    const name = nameOf(typed)
    const user = name === undefined ? undefined : await users.find(name)
    const attempt: Attempt = {
      name: name ?? typed,
      known: user !== undefined,
      addressPrefix: addressPrefix(address),
      browser:
        name === undefined ? undefined : readKnownBrowser(secret, name, knownBrowser, clock.now()),
    }
    await brake.enter(attempt, signal)
    const proved = await authenticator.authenticate({ name: name ?? '', password }, signal)
    const person =
      proved !== undefined && proved === name ? (user ?? (await this.#newcomer(proved))) : undefined
    // Whoever is locked out learns no more than a stranger.
    if (!person || person.locked) {
      await brake.failed(attempt)
      throw new HubError('not_signed_in', REFUSED)
    }
    await brake.succeeded(attempt)
    return person
  }

  /** Signs a person in who has shown in another way who he is, such as with a one-time link. */
  async startSession(user: User, { address, userAgent }: SignInFrom): Promise<StartedSession> {
    const { sessions, users, clock, secret, sessionDays } = this.#deps
    const now = clock.now()
    const session = { id: randomUUID().replaceAll('-', ''), secret: randomHex(32) }
    await sessions.create({
      id: session.id,
      secretHash: hashSecret(session.secret),
      userId: user.id,
      createdAt: now,
      expiresAt: new Date(now.getTime() + sessionDays * 86_400_000),
      addressPrefix: addressPrefix(address),
      browser: browserName(userAgent),
    })
    await users.touch(user.id, now)
    return { user, session, knownBrowser: makeKnownBrowser(secret, user.name, now) }
  }

  /** The session of whoever shows its secret. Notes the use, now and then. */
  async whoHas(secret: string): Promise<Session | undefined> {
    const { sessions, clock, resolutionMs } = this.#deps
    const now = clock.now()
    const session = await sessions.findBySecret(hashSecret(secret), now)
    if (session && now.getTime() - session.lastSeenAt.getTime() > resolutionMs())
      await sessions.touch(session.id, now)
    return session
  }

  /** Somebody who proved a name that nobody has yet: made a person where everyone is let in. */
  async #newcomer(name: string): Promise<User | undefined> {
    const { settings, users, clock } = this.#deps
    const { allow, admins } = settings()
    const admin = admins.includes(name)
    if (allow !== 'everyone' && !admin) return undefined
    try {
      return await users.create({ name, admin, createdAt: clock.now() })
    } catch (error) {
      // Two browsers at once: the other one has made him.
      if (error instanceof HubError && error.code === 'already_exists') return users.find(name)
      throw error
    }
  }
}

function nameOf(typed: string): string | undefined {
  try {
    return normaliseUserName(typed.trim())
  } catch (error) {
    if (error instanceof HubError) return undefined
    throw error
  }
}
