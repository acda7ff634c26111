import type { Clock } from '#core/base/clock.ts'
import { hashSecret, randomHex } from '#core/base/random.ts'

import { HubError } from '../errors.ts'
import { serverTokenScopes } from '../servers/server-environment.ts'
import type { ServerTokens } from '../servers/server-life.ts'
import { clientIdOf, prefixOf, type Server } from '../servers/server.ts'
import type { NewToken, TokenStore } from './token-store.ts'
import type { Token } from './token.ts'

export interface TokenRequest {
  readonly userId: number
  readonly scopes: readonly string[]
  readonly note: string
  /** Seconds; null: never expires. */
  readonly expiresIn: number | null
}

/** Makes tokens and knows them again. A token's text is shown once; what is kept is its hash. */
export class TokenService implements ServerTokens {
  readonly #store: TokenStore
  readonly #clock: Clock
  readonly #longestS: () => number
  readonly #resolutionMs: () => number

  constructor({
    store,
    clock,
    longestS = () => 0,
    resolutionMs = () => 0,
  }: {
    readonly store: TokenStore
    readonly clock: Clock
    /** Seconds that a token made by hand is good for at most. 0: no limit. */
    readonly longestS?: () => number
    /** A use that is later than the last one by no more than this is not written down. */
    readonly resolutionMs?: () => number
  }) {
    this.#store = store
    this.#clock = clock
    this.#longestS = longestS
    this.#resolutionMs = resolutionMs
  }

  /** Seconds that a token of a person's may live at most; null: for ever. */
  get longest(): number | null {
    return this.#longestS() || null
  }

  /** An API token, made by a person or the operator. @throws HubError `invalid` for one that would live too long */
  async create({
    userId,
    scopes,
    note,
    expiresIn,
  }: TokenRequest): Promise<{ readonly token: Token; readonly secret: string }> {
    const longest = this.#longestS()
    if (longest > 0 && expiresIn !== null && expiresIn > longest)
      throw new HubError('invalid', `expires_in: a token lives for ${longest} seconds at most here`)
    return this.#make(
      { kind: 'api', userId, service: null, scopes, note, clientId: null, sessionId: null },
      expiresIn ?? (longest > 0 ? longest : null),
    )
  }

  /** A visitor's token at one server; ends with the session it was issued under. */
  async issueToClient(visitor: {
    readonly clientId: string
    readonly userId: number
    readonly scopes: readonly string[]
    readonly sessionId: string | null
    readonly expiresIn: number
  }): Promise<{ readonly id: number; readonly secret: string }> {
    const { expiresIn, ...rest } = visitor
    const made = await this.#make({ kind: 'oauth', note: '', service: null, ...rest }, expiresIn)
    return { id: made.token.id, secret: made.secret }
  }

  /** Voids one token. */
  async void(id: number): Promise<void> {
    await this.#store.remove(id)
  }

  /** The scopes, as they were asked for, of all tokens that a person has let the client have. */
  async grantedTo(userId: number, clientId: string): Promise<readonly string[]> {
    const now = this.#clock.now()
    const all = await this.#store.list(userId)
    return all
      .filter((token) => token.clientId === clientId && token.kind === 'oauth')
      .filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
      .flatMap(({ scopes }) => scopes)
  }

  /** A server's own token; earlier ones of the same server are void. */
  async issue(server: Server): Promise<string> {
    await this.revoke(server)
    const clientId = clientIdOf(server.id)
    const scopes = serverTokenScopes(server.id)
    const made = await this.#make(
      {
        kind: 'server',
        userId: server.userId,
        service: null,
        scopes,
        note: `Server at ${prefixOf(server.id)}`,
        clientId,
        sessionId: null,
      },
      null,
    )
    return made.secret
  }

  /** Voids the server's own token and every visitor's token at it. */
  async revoke(server: Server): Promise<void> {
    await this.#store.removeOfClient(clientIdOf(server.id))
  }

  /** Those of a person that have not expired, in order of their making. */
  async listOf(userId: number): Promise<readonly Token[]> {
    const now = this.#clock.now()
    const all = await this.#store.list(userId)
    return all.filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
  }

  /** Which tokens of the person go when this one goes: of one that was given to a client, all that he gave it. */
  async goingWith(userId: number, token: Token): Promise<readonly Token[]> {
    if (token.kind !== 'oauth') return [token]
    const all = await this.#store.list(userId)
    return all.filter(({ kind, clientId }) => kind === 'oauth' && clientId === token.clientId)
  }

  async remove(tokens: readonly Token[]): Promise<void> {
    for (const { id } of tokens) await this.#store.remove(id)
  }

  /** Whose token it is; undefined when unknown or expired. Notes the use, now and then. */
  async identify(secret: string): Promise<Token | undefined> {
    const now = this.#clock.now()
    const token = await this.#store.findByHash(hashSecret(secret), now)
    if (!token) return undefined
    const last = token.lastActivity?.getTime() ?? 0
    if (now.getTime() - last > this.#resolutionMs()) await this.#store.touch(token.id, now)
    return token
  }

  async #make(
    token: Omit<NewToken, 'hash' | 'createdAt' | 'expiresAt'>,
    expiresIn: number | null,
  ): Promise<{ token: Token; secret: string }> {
    const secret = randomHex(16)
    const createdAt = this.#clock.now()
    const expiresAt = expiresIn === null ? null : new Date(createdAt.getTime() + expiresIn * 1000)
    const made = await this.#store.create({
      ...token,
      hash: hashSecret(secret),
      createdAt,
      expiresAt,
    })
    return { token: made, secret }
  }
}
