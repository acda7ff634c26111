import { randomBytes } from 'node:crypto'

import type { Clock } from '#core/base/clock.ts'
import { hashSecret } from '#core/base/random.ts'

import { HubError } from '../errors.ts'
import { normaliseUserName } from '../users/user-name.ts'
import type { User } from '../users/user.ts'
import { addressPrefix } from '#core/base/address-prefix.ts'
import type { Brake } from './brake.ts'
import type { LinkStore } from './link-store.ts'
import type { PasswordKeeper } from './password-keeper.ts'

const SET_UP_MS = 15 * 60_000
const SIGN_UP_MS = 7 * 86_400_000
const NEW_PASSWORD_MS = 86_400_000
const VOID =
  'This link is no longer good: it has been used, replaced, or is too old. Ask for a new one.'

/** A code for a link's fragment, and how long it is good for. */
export interface OneTimeCode {
  readonly code: string
  readonly expiresAt: Date
}

export interface LinksDeps {
  readonly links: LinkStore
  /** Null when the authenticator keeps no passwords: then there is none to set. */
  readonly passwords: PasswordKeeper | null
  readonly brake: Brake
  readonly clock: Clock
}

/** One-time links: for the first admin, and for people who choose their first password. */
export class LinksService {
  readonly #deps: LinksDeps

  constructor(deps: LinksDeps) {
    this.#deps = deps
  }

  /** Whether the hub keeps people's passwords; otherwise no link is of use. */
  get keepsPasswords(): boolean {
    return this.#deps.passwords !== null
  }

  /** Replaces the set-up link. @throws HubError `conflict` once there is an admin */
  async makeSetUpLink(): Promise<OneTimeCode> {
    this.#keeper()
    const made = this.#code(SET_UP_MS)
    await this.#deps.links.putSetUp(hashSecret(made.code), made.expiresAt)
    return made
  }

  /** Whether a set-up link could still be of use: there is no admin yet. */
  async canSetUp(): Promise<boolean> {
    return this.#deps.passwords !== null && !(await this.#deps.links.hasAdmin())
  }

  /** Makes the first admin. @throws HubError `forbidden`, `conflict`, `invalid` (name, password), `too_many` */
  async useSetUp(
    {
      code,
      name,
      password,
    }: { readonly code: string; readonly name: string; readonly password: string },
    address: string,
  ): Promise<User> {
    const normal = normaliseUserName(name.trim())
    const passwordHash = await this.#keeper().hash(password, { name: normal })
    return this.#braked(code, address, () =>
      this.#deps.links.useSetUp(
        hashSecret(code),
        { name: normal, passwordHash },
        this.#deps.clock.now(),
      ),
    )
  }

  /** Replaces the person's link. */
  makeSignUpLink(user: User): Promise<OneTimeCode> {
    return this.#personsLink(user, SIGN_UP_MS)
  }

  /** As the sign-up link, for who has forgotten his password: the old one is good until the new one is chosen. */
  makePasswordLink(user: User): Promise<OneTimeCode> {
    return this.#personsLink(user, NEW_PASSWORD_MS)
  }

  async #personsLink(user: User, lifeMs: number): Promise<OneTimeCode> {
    this.#keeper()
    const made = this.#code(lifeMs)
    await this.#deps.links.putSignUp(user.id, hashSecret(made.code), made.expiresAt)
    return made
  }

  /** Whose link it is. @throws HubError `forbidden`, `too_many` */
  readSignUp(code: string, address: string): Promise<User> {
    return this.#braked(code, address, async () => {
      const user = await this.#deps.links.findSignUp(hashSecret(code), this.#deps.clock.now())
      if (!user || user.locked) throw new HubError('forbidden', VOID)
      return user
    })
  }

  /** Sets the first password. @throws HubError `forbidden`, `invalid` (password), `too_many` */
  async useSignUp(
    { code, password }: { readonly code: string; readonly password: string },
    address: string,
  ): Promise<User> {
    const user = await this.readSignUp(code, address)
    const passwordHash = await this.#keeper().hash(password, { name: user.name })
    return this.#deps.links.useSignUp(hashSecret(code), passwordHash, this.#deps.clock.now())
  }

  /** Guessing a code is hopeless; the brake keeps it from being a load as well. */
  async #braked(code: string, address: string, run: () => Promise<User>): Promise<User> {
    const { brake } = this.#deps
    const attempt = {
      name: `link ${hashSecret(code)}`,
      known: false,
      addressPrefix: addressPrefix(address),
      browser: undefined,
    }
    await brake.enter(attempt, new AbortController().signal)
    try {
      const user = await run()
      await brake.succeeded(attempt)
      return user
    } catch (error) {
      if (error instanceof HubError && error.code === 'forbidden') await brake.failed(attempt)
      throw error
    }
  }

  #keeper(): PasswordKeeper {
    const { passwords } = this.#deps
    if (!passwords)
      throw new HubError(
        'conflict',
        'This hub keeps no passwords (authenticator.use), so there are no links to set one.',
      )
    return passwords
  }

  #code(lifeMs: number): OneTimeCode {
    return {
      code: randomBytes(32).toString('base64url'),
      expiresAt: new Date(this.#deps.clock.now().getTime() + lifeMs),
    }
  }
}
