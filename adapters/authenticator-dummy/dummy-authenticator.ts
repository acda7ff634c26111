import { hashSecret, sameSecret } from '#core/base/random.ts'
import { HubError } from '#core/domain/errors.ts'
import type { Authenticator, Credentials } from '#core/domain/sign-in/authenticator.ts'

export interface DummyOptions {
  readonly password: string
  /** Whether only this machine reaches the hub. */
  readonly loopback: boolean
  readonly onNetwork: 'refuse' | 'accept'
}

/** Any allowed name with one password: for tests and load. */
export class DummyAuthenticator implements Authenticator {
  readonly name = 'dummy'
  readonly keepsPasswords = false
  readonly #password: string

  /** @throws HubError `invalid` where other machines could use it and nobody has said that they may */
  constructor({ password, loopback, onNetwork }: DummyOptions) {
    if (password === '')
      throw new HubError(
        'invalid',
        'authenticator.password is empty; the dummy authenticator needs one',
      )
    if (!loopback && onNetwork !== 'accept') {
      throw new HubError(
        'invalid',
        'authenticator.use is dummy, which lets everybody in who knows one password, and the hub is reached from other machines. Use another authenticator, or set authenticator.on_network: accept',
      )
    }
    this.#password = password
  }

  async authenticate({ name, password }: Credentials): Promise<string | undefined> {
    // Hashed first, so that the comparison takes the same time for any length.
    return sameSecret(hashSecret(password), hashSecret(this.#password)) && name !== ''
      ? name
      : undefined
  }
}
