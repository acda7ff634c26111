import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import { Pool, type PoolClient, types } from 'pg'

import { ConnectionLost, stateOf } from './postgres-error.ts'

/** A hub is one process with short transactions: more connections would only wait for each other in the database. */
const MOST_CONNECTIONS = 10
/** How long to wait for a connection, a new one or a free one. */
const CONNECT_MS = 5000
/** The database gives a statement up, and a lock that it waits for. */
const STATEMENT_MS = 10_000
const LOCK_MS = 5000
/** A transaction in which nothing happens for so long has lost its hub. */
const IDLE_TRANSACTION_MS = 30_000
/** Where the database itself has gone silent, the hub gives up; longer than the database would take to say so. */
const SILENCE_MS = 15_000

/**
 * Connections to PostgreSQL. Whatever fails without an answer of the database's comes out as `ConnectionLost`, and its
 * connection is not used again.
 */
export class GuardedPool implements PostgresPool {
  readonly options = {}
  readonly #pool: Pool
  #users = 0
  #drained = Promise.withResolvers<void>()

  constructor({ url, password }: { readonly url: string; readonly password: string | undefined }) {
    this.#pool = new Pool({
      connectionString: withPassword(url, password),
      application_name: 'bulkhead',
      max: MOST_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
      lock_timeout: LOCK_MS,
      idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
      query_timeout: SILENCE_MS,
      keepAlive: true,
      types: { getTypeParser: parserOf },
    })
    // An idle connection that breaks is dropped by the pool; one in use fails its query. Neither is news by itself.
    this.#pool.on('error', () => undefined)
    this.#pool.on('connect', (client) => client.on('error', () => undefined))
  }

  async connect(): Promise<PostgresPoolClient> {
    this.#users++
    try {
      return new GuardedClient(await this.#pool.connect(), () => this.#left())
    } catch (error) {
      this.#left()
      throw lostUnlessAnswered(error)
    }
  }

  /** Resolves when nobody has a connection or waits for one. */
  async drained(): Promise<void> {
    if (this.#users > 0) await this.#drained.promise
  }

  end(): Promise<void> {
    return this.#pool.end()
  }

  #left(): void {
    this.#users--
    if (this.#users > 0) return
    this.#drained.resolve()
    this.#drained = Promise.withResolvers()
  }
}

class GuardedClient implements PostgresPoolClient {
  readonly #client: PoolClient
  readonly #left: () => void
  #broken = false

  constructor(client: PoolClient, left: () => void) {
    this.#client = client
    this.#left = left
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  query(sql: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof sql !== 'string') throw new TypeError('rows are never streamed here')
    return this.#ask(sql, parameters)
  }

  release(): void {
    this.#client.release(this.#broken)
    this.#left()
  }

  async #ask(sql: string, parameters: readonly unknown[]): Promise<unknown> {
    try {
      return await this.#client.query(sql, [...parameters])
    } catch (error) {
      const told = lostUnlessAnswered(error)
      this.#broken ||= told instanceof ConnectionLost
      throw told
    }
  }
}

function lostUnlessAnswered(error: unknown): unknown {
  return stateOf(error) === undefined ? new ConnectionLost(error) : error
}

type TypeId = Parameters<typeof types.getTypeParser>[0]

/** Counts and times fit into a number. */
function parserOf(oid: TypeId, format?: 'text' | 'binary') {
  return oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format ?? 'text')
}

/** As the driver wants it: the password may also be a parameter, which stays between the two. */
function withPassword(url: string, password: string | undefined): string {
  if (password === undefined) return url
  const full = new URL(url)
  full.searchParams.set('password', password)
  return full.href
}
