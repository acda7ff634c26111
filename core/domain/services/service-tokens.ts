import type { Clock } from '#core/base/clock.ts'
import { hashSecret, randomHex } from '#core/base/random.ts'

import { HubError } from '../errors.ts'
import type { TokenStore } from '../tokens/token-store.ts'

/** JupyterHub's least length of a token that somebody chose. */
const SHORTEST = 8
const LONGEST = 1024

/** What services show who they are with. A service's token is its secret as an OAuth client, too. */
export class ServiceTokens {
  readonly #store: TokenStore
  readonly #clock: Clock

  constructor({ store, clock }: { readonly store: TokenStore; readonly clock: Clock }) {
    this.#store = store
    this.#clock = clock
  }

  /** A new token of the service's; shown once. */
  async make(service: string, note: string): Promise<string> {
    const secret = randomHex(16)
    await this.#create(service, secret, note)
    return secret
  }

  /**
   * Lets a token that was chosen elsewhere be the service's, and voids those that had the same note before. Doing it again
   * changes nothing.
   * @throws HubError `invalid` when it is no good as a token, `already_exists` when it is somebody else's
   */
  async keep(service: string, secret: string, note: string): Promise<void> {
    requireToken(secret)
    const found = await this.#store.findByHash(hashSecret(secret), this.#clock.now())
    if (found && !(found.owner.kind === 'service' && found.owner.service === service))
      throw new HubError('already_exists', `the token of ${service} is somebody else's already`)
    for (const { id, note: theirs } of await this.#store.listOfService(service))
      if (theirs === note && id !== found?.id) await this.#store.remove(id)
    if (!found) await this.#create(service, secret, note)
  }

  /** Voids those of the service's that have the note. */
  async void(service: string, note: string): Promise<void> {
    for (const { id, note: theirs } of await this.#store.listOfService(service))
      if (theirs === note) await this.#store.remove(id)
  }

  /** Voids all that are the service's, and all that people have for it. */
  async forget({ name, clientId }: { readonly name: string; readonly clientId: string }) {
    await this.#store.removeOfService(name)
    await this.#store.removeOfClient(clientId)
  }

  async #create(service: string, secret: string, note: string): Promise<void> {
    await this.#store.create({
      hash: hashSecret(secret),
      kind: 'service',
      userId: null,
      service,
      scopes: ['inherit'],
      note,
      clientId: null,
      sessionId: null,
      createdAt: this.#clock.now(),
      expiresAt: null,
    })
  }
}

/** @throws HubError `invalid` */
export function requireToken(secret: string): void {
  if (secret.length < SHORTEST || secret.length > LONGEST || !/^[\u0021-\u007e]+$/.test(secret))
    throw new HubError(
      'invalid',
      `a token has ${SHORTEST} to ${LONGEST} letters, digits and signs, and no spaces`,
    )
}
