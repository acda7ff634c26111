import { BoundedQueue, QueueFullError } from '#core/base/bounded-queue.ts'
import { HubError } from '#core/domain/errors.ts'
import type { Authenticator, Credentials } from '#core/domain/sign-in/authenticator.ts'
import type { CredentialStore } from '#core/domain/sign-in/credential-store.ts'
import type { PasswordKeeper } from '#core/domain/sign-in/password-keeper.ts'
import { checkPasswordRules, isTooLong } from '#core/domain/sign-in/password-rules.ts'

import { hashPassword, verifyPassword } from './argon2.ts'

/** Each hashing takes 19 MiB and a good part of a processor; the rest of the hub needs some too. */
const AT_ONCE = 2
const WAITING = 500

/** People's passwords, kept by the hub as Argon2id hashes. */
export class PasswordAuthenticator implements Authenticator, PasswordKeeper {
  readonly name = 'password'
  readonly keepsPasswords = true
  readonly #credentials: CredentialStore
  readonly #queue = new BoundedQueue({ atOnce: AT_ONCE, waiting: WAITING })
  /** What the passwords of people who have none are compared with, so that it takes as long. Nobody knows its password. */
  readonly #nobodys: Promise<string>

  constructor({ credentials }: { readonly credentials: CredentialStore }) {
    this.#credentials = credentials
    this.#nobodys = hashPassword(crypto.randomUUID())
  }

  async authenticate(
    { name, password }: Credentials,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const stored = await this.#credentials.findHash(name)
    const other = await this.#nobodys
    // A password that is too long is nobody's; the work is done all the same, with something short.
    const typed = isTooLong(password) ? '' : password
    const fits = await this.#inTurn(() => verifyPassword(stored ?? other, typed), signal)
    return fits && stored !== undefined && typed === password ? name : undefined
  }

  async hash(password: string, { name }: { readonly name: string }): Promise<string> {
    checkPasswordRules(password, name)
    return this.#inTurn(() => hashPassword(password), new AbortController().signal)
  }

  async #inTurn<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await this.#queue.run(work, signal)
    } catch (error) {
      if (error instanceof QueueFullError) {
        throw new HubError(
          'unavailable',
          'Too many people are signing in at this moment. Try again in a few seconds.',
          { cause: error, retryAfter: 5 },
        )
      }
      throw error
    }
  }
}
